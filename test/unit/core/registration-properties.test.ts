import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fingerprint } from '../../../src/core/brand.ts';
import { captureReasons } from '../../../src/core/capture.ts';
import type { KeptRegistration } from '../../../src/core/generation.ts';
import { judge } from '../../../src/core/judge.ts';
import { plan } from '../../../src/core/plan.ts';
import { isClearedOnPurpose, planRegistration } from '../../../src/core/plan-registration.ts';
import { type RegistrationRow, type RegistrationWrites, withWrite } from '../../../src/core/registration.ts';
import type { ValueEvidence } from '../../../src/core/value.ts';
import { IDENTITY, KEY_A, KEY_B, valuesOf } from './build-observation.ts';
import {
  CLEARED,
  chronicle,
  ENTERED,
  KEPT,
  kept,
  observeRow,
  opens,
  type RegistrationScene,
  SEALED,
  UNKNOWN,
  WISHED,
} from './registration-scene.ts';

const RUNS = { numRuns: 2_000 };

const key = fc.constantFrom(KEPT, ENTERED, WISHED);
const row: fc.Arbitrary<RegistrationRow> = fc.oneof(
  fc.constantFrom<RegistrationRow>(
    { kind: 'unread' },
    { kind: 'absent' },
    { kind: 'null' },
    { kind: 'empty' },
    { kind: 'sealed-empty' },
    { kind: 'other', under: KEY_A },
    { kind: 'closed', ours: true },
    { kind: 'closed', ours: false },
    { kind: 'garbled', fingerprint: null, under: KEY_A },
    { kind: 'garbled', fingerprint: ENTERED, under: KEY_A },
  ),
  fc.tuple(key, fc.constantFrom(KEY_A, KEY_B)).map(([found, under]) => opens(found, under)),
);
const known = fc.array(
  fc.oneof(
    key.map((each) => kept(each)),
    fc.constantFrom<KeptRegistration>(CLEARED, UNKNOWN, SEALED),
  ),
  { minLength: 1, maxLength: 4 },
);
const values: fc.Arbitrary<ValueEvidence[]> = fc.constantFrom(
  valuesOf({ under: [KEY_A] }),
  valuesOf({ under: [KEY_A] }, {}),
  valuesOf({ under: [KEY_A] }, { under: [KEY_A], as: 'empty', better: 'escrow' }),
  valuesOf({}),
  valuesOf({ under: [KEY_A], as: 'empty' }),
  valuesOf(),
);
const trouble = fc.constantFrom(
  [],
  chronicle(['sound', 50]),
  chronicle(['wrong', 3], ['sound', 2]),
  chronicle(['mixed', 9]),
);
const writes: fc.Arbitrary<RegistrationWrites> = fc.subarray(
  (['wish', 'restored', 'resealed', 'cleared'] as const).map((why, index) => ({
    at: `2026-01-09T2${index}:00:00Z`,
    why,
    fingerprint: why === 'cleared' ? null : WISHED,
  })),
);
const wish = fc.constantFrom<NonNullable<RegistrationScene['wish']> | null>(
  null,
  { kind: 'setting', fingerprint: WISHED, cleaned: false },
  { kind: 'set', fingerprint: WISHED },
  { kind: 'clear' },
);
const scene: fc.Arbitrary<RegistrationScene> = fc
  .record({
    row,
    known,
    values,
    trouble,
    writes,
    wish,
    installing: fc.boolean(),
    settled: fc.boolean(),
    uid: fc.constantFrom('network-1', null),
    instance: fc.constantFrom('instance-1', 'instance-1', 'instance-2'),
  })
  .map(({ trouble: entries, writes: registrationWrites, installing, settled, uid, instance, ...rest }) => ({
    row: rest.row,
    known: rest.known,
    wish: rest.wish,
    records: { chronicle: entries, registrationWrites },
    database: {
      values: rest.values,
      installing,
      settled,
      identity: { ...IDENTITY, glpiNetworkUuid: uid, instanceUuid: instance },
    },
  }));

function decide(given: RegistrationScene) {
  const observation = observeRow(given);
  const judgement = judge(observation);
  const planned = plan(observation, judgement, { rescue: 'auto', scope: 'registration' });
  const written = planned.actions.find((each) => each.action === 'write-registration');
  return { observation, judgement, planned, written, decision: planRegistration(observation, judgement) };
}

function always(check: (given: RegistrationScene, decided: ReturnType<typeof decide>) => void): void {
  fc.assert(
    fc.property(scene, (given) => check(given, decide(given))),
    RUNS,
  );
}

describe('whatever the row of the registration key holds', () => {
  it('another key that GLPI can read is overwritten only where a person asks for it', () => {
    always(({ row: found, wish: asked }, { written }) => {
      if (found.kind === 'opens' && found.under === KEY_A && asked === null) expect(written).toBeUndefined();
    });
  });

  it('what opens to no key, or to nothing that is known, is never overwritten unasked', () => {
    always(({ row: found, wish: asked }, { written }) => {
      const foreign = found.kind === 'other' || (found.kind === 'closed' && !found.ours);
      if (foreign && asked === null) expect(written).toBeUndefined();
    });
  });

  it('a key of the settings that had its turn is like none', () => {
    always((given, { decision }) => {
      const past = given.records?.registrationWrites?.some((each) => each.why === 'wish') === true;
      if (given.wish?.kind === 'setting' && past) expect(decision).toEqual(decide({ ...given, wish: null }).decision);
    });
  });

  it('nothing is written during an installation, into another database, before the values held still, or under a key that opens nothing', () => {
    always(({ database }, { written, judgement }) => {
      if (written === undefined) return;
      expect({ installing: database?.installing, settled: database?.settled, elsewhere: judgement.elsewhere }).toEqual({
        installing: false,
        settled: true,
        elsewhere: null,
      });
      expect(['sound', 'damaged', 'mixed', 'unproven']).toContain(judgement.verdict);
      if (judgement.verdict === 'unproven') expect(judgement.tested).toBe(0);
    });
  });

  it('the uid is written only where there is none', () => {
    always(({ database }, { written }) => {
      if (written?.action === 'write-registration' && written.uid)
        expect(database?.identity?.glpiNetworkUuid).toBeNull();
    });
  });

  it('once written there is nothing more to write', () => {
    always((given, { written }) => {
      if (written?.action !== 'write-registration') return;
      const { fingerprint, source } = written;
      const reasons = { generation: 'restored', row: 'resealed', setting: 'wish', operator: 'set' } as const;
      const why = fingerprint === null ? 'cleared' : reasons[source.kind];
      const noted = withWrite(given.records?.registrationWrites ?? [], {
        at: '2026-01-10T00:00:00Z',
        why,
        fingerprint,
      });
      const now: RegistrationRow = fingerprint === null ? { kind: 'empty' } : opens(fingerprint);

      const after = decide({ ...given, row: now, records: { ...given.records, registrationWrites: noted } });

      expect(after.written).toBeUndefined();
    });
  });

  it('what is captured is what stands there, or that it was cleared: then it is not asked for again', () => {
    always((given, { observation, judgement }) => {
      if (judgement.elsewhere !== null || !captureReasons(observation, judgement).includes('registration')) return;
      const captured = capturedAs(given.row, isClearedOnPurpose(observation, judgement));
      expect(captured).not.toBeNull();

      const after = decide({ ...given, known: [...(given.known ?? []), captured ?? UNKNOWN] });

      expect(captureReasons(after.observation, after.judgement)).not.toContain('registration');
    });
  });
});

function capturedAs(found: RegistrationRow, cleared: boolean): KeptRegistration | null {
  if (found.kind === 'opens') return kept(found.fingerprint satisfies Fingerprint);
  return cleared ? CLEARED : null;
}
