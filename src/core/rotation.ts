import type { Fingerprint } from './brand.ts';
import type { Finding } from './finding.ts';
import type { Observation } from './observation.ts';
import type { ValueEvidence } from './value.ts';
import type { Judgement } from './verdict.ts';

/** The journal of the last rotation, as it stands in the vault. */
export interface Rotation {
  /** The key that was live, and the one that takes its place. */
  readonly from: Fingerprint;
  readonly to: Fingerprint;
  /** Before the first row changed: RFC 3339, UTC. */
  readonly at: string;
  /** When it said that all was done; null while it is on its way, or where it was killed. */
  readonly finishedAt: string | null;
}

/**
 * The reason of the generation that holds a new key before any row is sealed under it. Until rows are, that key is
 * nobody's: it never makes a choice harder where there is nothing to test keys on.
 */
export const PREPARED = 'rotate-prepared';

/** A rotation that has not ended after this, in ms, was killed. */
const LONGEST = 3_600_000;

/** For this long, in ms, a value that GLPI still sealed under the old key is moved after it, also while GLPI runs. */
const AFTERMATH = 12 * 3_600_000;

/** Whether one is on its way, or was killed just now: nothing is judged from a single look then. */
export function isUnderWay({ records: { rotation }, at }: Observation): boolean {
  return rotation !== null && rotation.finishedAt === null && isWithin(rotation, at, LONGEST);
}

/**
 * Values that still stand under the key that was rotated away, a Save that waited for a row or that GLPI sealed in the
 * very moment; none where the rotation is long over, or its new key is not the live one.
 */
export function lateValues({ records: { rotation }, at }: Observation, judgement: Judgement): ValueEvidence[] {
  if (rotation === null || judgement.live !== rotation.to || !isWithin(rotation, at, AFTERMATH)) return [];
  return judgement.movable.filter((each) => each.opens.some(({ fingerprint }) => fingerprint === rotation.from));
}

/**
 * How many values prove a key although Keykeeper sealed them: a rotation carries the proof over, since each value was
 * opened under the key before, and only a rotation that went through has written any under its new key.
 *
 * @param text values that open under the live key to a text
 */
export function provenByRotation(rotation: Rotation | null, live: Fingerprint | null, text: number): number {
  return rotation !== null && rotation.to === live ? text : 0;
}

export function rotationFindings(observation: Observation): Finding[] {
  const { rotation } = observation.records;
  if (rotation === null || !isUnderWay(observation)) return [];
  return [
    {
      code: 'rotation-under-way',
      severity: 'info',
      target: 'record rotation',
      message: `a rotation from key ${rotation.from} to key ${rotation.to} began at ${rotation.at} and has not said that it ended`,
      try: 'nothing: where it was killed, the key that opens the rows is put in place, and keykeeper rotate can be run again',
    },
  ];
}

function isWithin({ at }: Rotation, now: string, limit: number): boolean {
  return Math.abs(Date.parse(now) - Date.parse(at)) < limit;
}
