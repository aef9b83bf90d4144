import { describe, expect, it } from 'vitest';
import { judge } from '../../../src/core/judge.ts';
import { planRescue } from '../../../src/core/plan-rescue.ts';
import { NO_RECORDS } from '../../../src/core/records.ts';
import { referenceKey } from '../../../src/core/reference-key.ts';
import type { EmptiedValue, PastPlace } from '../../../src/core/value.ts';
import { answers, digestOf, KEY_A, KEY_B, observe, silentDatabase, value, valuesOf } from './build-observation.ts';
import { decide } from './decide.ts';

const VALUES = valuesOf(
  { under: [KEY_A] },
  { under: [KEY_B] },
  { under: [KEY_A], as: 'garbled', better: 'inverse' },
  { under: [KEY_A], as: 'empty', better: 'escrow' },
  { under: [], shaped: true },
);
const EMPTIED: EmptiedValue = { reference: value({ id: 6, under: [] }).reference, digest: digestOf('6'), under: KEY_B };
const TROUBLE = [{ at: '2026-01-09T23:00:00Z', verdict: 'missing', fingerprint: null }] as const;
const records = { ...NO_RECORDS, chronicle: TROUBLE };

function planned(wish: Parameters<typeof planRescue>[2], members: Parameters<typeof answers>[1] = {}) {
  const observation = observe({ database: answers(VALUES, { emptied: [EMPTIED], ...members }), records });
  const { steps, older, retype, past } = planRescue(observation, judge(observation), wish);
  return {
    steps: steps.map(({ reference, way, emptied }) => `${reference.id} ${way}${emptied ? ' into nothing' : ''}`),
    older: older.map(({ id }) => id),
    retype: retype.map(({ id }) => id),
    past: past.map(({ reference }) => reference.id),
  };
}

describe('the plan of a rescue', () => {
  it('has a way for each value that can come back, and names the others', () => {
    const steps = ['2 reseal', '3 inverse', '4 escrow', '6 escrow into nothing'];

    expect(planned({})).toEqual({ steps, older: [], retype: [5], past: [] });
  });

  it('takes an older value only where somebody asks for it', () => {
    const keptForDead = VALUES.slice(4).map((each) => each.digest);

    expect(planned({}, { keptForDead })).toMatchObject({ older: [5], retype: [] });
    expect(planned({ older: true }, { keptForDead }).steps).toContain('5 older');
  });

  it('takes what was emptied in a good time only where it is named', () => {
    const gone: PastPlace = {
      reference: { ...EMPTIED.reference, id: 9 },
      holds: 'nothing',
      seenAt: '2026-01-01T00:00:00Z',
    };
    const dead: PastPlace = { ...gone, reference: VALUES[4]?.reference ?? gone.reference, holds: 'dead' };
    const past = [gone, dead];

    expect(planned({ older: true }, { past })).toMatchObject({ older: [], retype: [], past: [9] });
    const sealed: PastPlace = { ...gone, reference: { ...EMPTIED.reference, id: 10 }, holds: 'sealed-nothing' };
    const both = planned({ named: [referenceKey(sealed.reference)] }, { past: [...past, sealed] });
    expect(both).toMatchObject({ older: [5], past: [9] });
    expect(both.steps.filter((each) => each.includes('older'))).toEqual(['10 older']);
    const named = planned({ named: [referenceKey(gone.reference)] }, { past });
    expect(named).toMatchObject({ older: [5], past: [] });
    expect(named.steps).toContain('9 older into nothing');
  });
});

describe('what nothing can be said of', () => {
  it('has no plan: the database does not answer', () => {
    const observation = observe({ database: silentDatabase() });

    expect(planRescue(observation, judge(observation), {})).toEqual({ steps: [], older: [], retype: [], past: [] });
  });
});

describe('the gate with KEYKEEPER_RESCUE=auto', () => {
  const damaged = answers(
    VALUES.filter((each) => each.better !== null || each.opens[0]?.as === 'real').filter(
      (each) => each.opens[0]?.fingerprint === KEY_A,
    ),
    { emptied: [EMPTIED] },
  );

  it('brings back what is damaged, where that is certain', () => {
    const { verdict, actions } = decide(observe({ database: damaged, records }));

    expect(verdict).toBe('damaged');
    expect(actions).toMatchObject([
      { action: 'rescue-values', steps: [{ way: 'inverse' }, { way: 'escrow' }, { way: 'escrow' }] },
    ]);
  });

  it('waits until the values have held still', () => {
    const moving = { ...damaged, settled: false };

    expect(decide(observe({ database: moving, records })).actions).toEqual([]);
  });

  it('leaves it to a person with ask, and while GLPI runs', () => {
    const actions = (scene: Parameters<typeof observe>[0], rescue: 'auto' | 'ask') =>
      decide(observe({ database: damaged, records, ...scene }), { rescue }).actions.map((each) => each.action);

    expect(actions({}, 'ask')).not.toContain('rescue-values');
    expect(actions({ stage: 'guard', glpiRunning: true }, 'auto')).not.toContain('rescue-values');
  });

  it('brings back again what an accident is known to have emptied', () => {
    const place = { ...EMPTIED, state: 'emptied', at: '2026-01-09T23:00:00Z' } as const;
    const known = { ...records, rescue: { places: [place], left: [] } };

    expect(decide(observe({ database: damaged, records: known })).actions).toMatchObject([
      { action: 'rescue-values', target: 'database', steps: [{}, {}, { way: 'escrow', emptied: true }] },
    ]);
  });

  it('does not do again what an operator has undone', () => {
    const left = damaged.values.filter((each) => each.better !== null).map((each) => each.digest);
    const place = {
      reference: EMPTIED.reference,
      digest: EMPTIED.digest,
      state: 'left',
      at: '2026-01-09T23:00:00Z',
    } as const;
    const undone = { ...records, rescue: { places: [place], left } };

    expect(decide(observe({ database: damaged, records: undone })).actions.map((each) => each.action)).not.toContain(
      'rescue-values',
    );
    expect(decide(observe({ database: damaged, records: undone }), { scope: 'rescue' }).actions).toMatchObject([
      { action: 'rescue-values', steps: [{}, {}, {}] },
    ]);
  });
});
