import { fingerprint } from '../../../src/core/brand.ts';
import type { KeptRegistration } from '../../../src/core/generation.ts';
import type { Observation } from '../../../src/core/observation.ts';
import { NO_RECORDS } from '../../../src/core/records.ts';
import type { RegistrationRow } from '../../../src/core/registration.ts';
import { Secret } from '../../../src/core/secret.ts';
import type { Verdict } from '../../../src/core/verdict.ts';
import {
  type Answer,
  answers,
  generation,
  KEY_A,
  observe,
  type Scene,
  valuesOf,
  vaultOf,
} from './build-observation.ts';

/** Three registration keys. */
export const KEPT = fingerprint('0000000000000001');
export const ENTERED = fingerprint('0000000000000002');
export const WISHED = fingerprint('0000000000000003');

/** The moment of every observation here. */
const NOW = '2026-01-10T00:00:00Z';

export const CLEARED: KeptRegistration = { kind: 'cleared' };
export const UNKNOWN: KeptRegistration = { kind: 'unknown' };

export function kept(key = KEPT): KeptRegistration {
  return { kind: 'kept', key: new Secret(`the key ${key}`), fingerprint: key };
}

/** Kept, and no identity opens it. */
export const SEALED: KeptRegistration = { kind: 'kept', key: null, fingerprint: KEPT };

export interface RegistrationScene {
  readonly row: RegistrationRow;
  /** By generation, oldest first. */
  readonly known?: readonly KeptRegistration[];
  readonly records?: Partial<Observation['records']>;
  readonly wish?: Observation['wish'];
  readonly database?: Partial<Answer>;
  readonly scene?: Scene;
}

/** A healthy instance, key A live and proven, seen twice, but for its row. */
export function observeRow(given: RegistrationScene): Observation {
  const { row, known = [kept()], records = {}, wish = null, database = {}, scene = {} } = given;
  const registration = row.kind === 'opens' ? row.fingerprint : null;
  const seen = { registrationRow: row, registration, ...database };
  return observe({
    at: NOW,
    stage: 'guard',
    vault: vaultOf(...known.map((each, index) => generation(index + 1, { registration: each }))),
    database: answers(valuesOf({ under: [KEY_A] }), seen),
    records: { ...NO_RECORDS, ...records },
    wish,
    ...scene,
  });
}

/** A row that holds this registration key under key A, or under another. */
export function opens(registration = KEPT, under = KEY_A): RegistrationRow {
  return { kind: 'opens', fingerprint: registration, under };
}

/** A chronicle: verdicts with the hours that have passed since each began. */
export function chronicle(...entries: readonly (readonly [verdict: Verdict, hoursAgo: number])[]) {
  return entries.map(([verdict, hours]) => ({ at: hoursAgo(hours), verdict, fingerprint: KEY_A }));
}

export function hoursAgo(hours: number): string {
  return new Date(Date.parse(NOW) - hours * 3_600_000).toISOString();
}
