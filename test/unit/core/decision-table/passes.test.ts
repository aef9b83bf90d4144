import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../../../src/core/verdict.ts';
import {
  type Answer,
  answers,
  generation,
  KEY_A,
  KEY_B,
  KEY_C,
  observe,
  type Scene,
  type ValueSpec,
  valuesOf,
  vaultOf,
} from '../build-observation.ts';
import { decide } from '../decide.ts';
import { captureFirst, from, replaceKey } from '../expected-actions.ts';

const vault = vaultOf(generation(1), generation(2, { key: KEY_B }));

/** Values that lead to each verdict of a well-formed key A, or B where `key` says so. */
const TO_VERDICT: readonly [Verdict, ValueSpec[]][] = [
  ['wrong', [{ under: [KEY_B] }]],
  ['lost', [{}]],
  ['mixed', [{ under: [KEY_A] }, {}]],
  ['damaged', [{ under: [KEY_A], as: 'empty', better: 'escrow' }]],
];

function scene(specs: ValueSpec[], members: Partial<Answer>, more: Scene = {}) {
  return observe({ vault, database: answers(valuesOf(...specs), members), ...more });
}

describe('a sample only ever confirms sound', () => {
  it.each([...TO_VERDICT, ['unproven', []] as [Verdict, ValueSpec[]]])(
    'reads everything before it says %s',
    (verdict, specs) => {
      const decision = decide(scene(specs, { coverage: 'sample', settled: false }));

      expect(decision).toMatchObject({ verdict, need: 'full-pass', obstacle: null, actions: [] });
    },
  );

  it('is asked for a full pass by a command that only looks, too', () => {
    const decision = decide(scene([{ under: [KEY_B] }], { coverage: 'sample' }, { stage: 'ask' }));

    expect(decision.need).toBe('full-pass');
  });

  it('saves an unknown key without waiting for the rest', () => {
    const decision = decide(scene([{ under: [KEY_B] }], { coverage: 'sample' }, { key: KEY_C }));

    expect(decision).toMatchObject({ need: 'full-pass', actions: [captureFirst(KEY_C)] });
  });
});

describe.each(TO_VERDICT)('the verdict %s of a full pass', (verdict, specs) => {
  it.each<[string, Partial<Answer>, Scene]>([
    ['while watching', {}, { stage: 'guard', glpiRunning: null }],
    ['while GLPI is known to run', {}, { stage: 'guard', glpiRunning: true }],
    ['at the gate while GLPI is known to run', {}, { glpiRunning: true }],
    ['at the gate while another session is connected', { otherSessions: 1 }, {}],
    ['at the gate where sessions cannot be seen', { otherSessions: null }, { glpiRunning: null }],
    ['with GLPI stopped and another session connected', { otherSessions: 1 }, { stage: 'guard' }],
  ])('rests on a second pass %s', (_, members, more) => {
    const first = decide(scene(specs, { settled: false, ...members }, more));
    const second = decide(scene(specs, { settled: true, ...members }, more));

    expect(first).toMatchObject({ verdict, need: 'second-pass', obstacle: null, actions: [] });
    expect(second).toMatchObject({ verdict, need: 'nothing' });
  });

  it.each<[string, Scene]>([
    ['at the gate with nobody connected', { glpiRunning: null }],
    ['while watching with GLPI known to be stopped', { stage: 'guard', glpiRunning: false }],
    ['for a command that only looks', { stage: 'ask', glpiRunning: true }],
  ])('stands at once %s', (_, more) => {
    const decision = decide(scene(specs, { settled: false, otherSessions: 0 }, more));

    expect(decision).toMatchObject({ verdict, need: 'nothing' });
  });
});

describe('what needs no second pass', () => {
  it.each<[Verdict, Scene]>([
    ['unproven', { database: answers([], { settled: false }) }],
    [
      'malformed',
      {
        key: { text: 'x', looksLike: 'truncated' },
        database: answers(valuesOf({ under: [KEY_A] }), { settled: false }),
      },
    ],
    ['missing', { key: 'absent', database: answers(valuesOf({ under: [KEY_A] }), { settled: false }) }],
    ['sound', { database: answers(valuesOf({ under: [KEY_A] }), { settled: false }) }],
  ])('is the verdict %s while GLPI runs', (verdict, more) => {
    const decision = decide(observe({ stage: 'guard', glpiRunning: true, ...more }));

    expect(decision).toMatchObject({ verdict, need: 'nothing' });
  });
});

describe('values that another key opens', () => {
  const specs = [{ under: [KEY_A] }, { under: [KEY_B] }];

  it('are sealed anew after a second pass alone, so only the gate asks for it', () => {
    const seen = (more: Scene) => decide(scene(specs, { settled: false }, { glpiRunning: false, ...more })).need;

    expect(seen({ stage: 'gate' })).toBe('second-pass');
    expect(seen({ stage: 'guard' })).toBe('nothing');
  });
});

describe('a rotation on its way', () => {
  it('is never rolled back: the new key opens nothing yet, and the rows change between two passes', () => {
    const halfWay = scene(
      [{ under: [KEY_A] }],
      { settled: false, otherSessions: 1 },
      { key: KEY_C, stage: 'guard', glpiRunning: true },
    );

    const decision = decide(halfWay);

    expect(decision).toMatchObject({ verdict: 'wrong', need: 'second-pass', actions: [captureFirst(KEY_C)] });
  });

  it('is told from an overwritten key once the rows have held still', () => {
    const still = scene(
      [{ under: [KEY_A] }],
      { settled: true, otherSessions: 1 },
      { key: KEY_C, stage: 'guard', glpiRunning: true },
    );

    const decision = decide(still);

    expect(decision.actions).toEqual([captureFirst(KEY_C), replaceKey(KEY_A, from(1))]);
  });

  it('leaves the new key as soon as it opens one row', () => {
    const specs = [{ under: [KEY_C] }, { under: [KEY_A] }, { under: [KEY_A] }];
    const decision = decide(scene(specs, { settled: true }, { key: KEY_C, stage: 'guard', glpiRunning: true }));

    expect(decision.verdict).toBe('mixed');
    expect(decision.actions.map((each) => each.action)).toEqual(['capture']);
  });
});
