import { describe, expect, it } from 'vitest';
import { mode } from '../../../../src/core/brand.ts';
import type { Action } from '../../../../src/core/plan.ts';
import type { ValueEvidence } from '../../../../src/core/value.ts';
import {
  answers,
  brokenVault,
  generation,
  KEY_A,
  KEY_B,
  KEY_C,
  observe,
  regularFile,
  valuesOf,
  vaultOf,
} from '../build-observation.ts';
import { decide } from '../decide.ts';
import { capture, captureFirst } from '../expected-actions.ts';

const vault = vaultOf(generation(2, { key: KEY_B }), generation(3));
const VALUES = valuesOf({ under: [KEY_A] }, { under: [KEY_B] }, {}, { under: [KEY_B], class: 'token' });
const database = answers(VALUES);

function reseal(...values: (ValueEvidence | undefined)[]): Action {
  return {
    action: 'reseal-values',
    target: 'database',
    values: values.flatMap((each) => (each === undefined ? [] : [each.reference])),
  };
}

describe('a well-formed key that authenticates some, not all: mixed', () => {
  it('stays at the gate, and what other known keys open is sealed anew under it', () => {
    const decision = decide(observe({ vault, database }));

    expect(decision).toEqual({
      verdict: 'mixed',
      need: 'nothing',
      obstacle: null,
      actions: [reseal(VALUES[1], VALUES[3])],
      codes: ['values-under-other-key', 'values-unreadable'],
    });
  });

  it('saves the live key before any row is written', () => {
    const decision = decide(observe({ vault: vaultOf(generation(1, { key: KEY_B })), database }));

    expect(decision.actions).toEqual([captureFirst(KEY_A), reseal(VALUES[1], VALUES[3])]);
  });

  it('seals the same rows whether a value was emptied, garbled or is real under the other key', () => {
    const values = valuesOf(
      { under: [KEY_A] },
      { under: [KEY_B], as: 'empty' },
      { under: [KEY_B], as: 'garbled', better: 'inverse' },
    );

    const decision = decide(observe({ vault, database: answers(values) }));

    expect(decision.actions).toEqual([reseal(values[1], values[2])]);
  });

  it('writes no row when the operator wants to be asked', () => {
    const decision = decide(observe({ vault, database }), { rescue: 'ask' });

    expect(decision).toMatchObject({ verdict: 'mixed', obstacle: null, actions: [] });
    expect(decision.codes).toContain('values-under-other-key');
  });

  it.each(['guard', 'ask'] as const)('writes no row at the %s stage, where GLPI may be rotating', (stage) => {
    const decision = decide(observe({ stage, vault, database }));

    expect(decision).toMatchObject({ verdict: 'mixed', actions: [] });
  });

  it('writes no row where the old bytes could not be kept', () => {
    const observation = observe({ vault: brokenVault(), database });

    const decision = decide(observation);

    expect(decision).toMatchObject({ verdict: 'mixed', actions: [] });
  });

  it('writes no row before every value has held still for a settle time, even with nobody connected', () => {
    const decision = decide(observe({ vault, database: answers(VALUES, { settled: false }) }));

    expect(decision).toMatchObject({ verdict: 'mixed', need: 'second-pass', actions: [] });
  });

  it('needs no second pass where no row is to be written', () => {
    const values = valuesOf({ under: [KEY_A] }, {});

    const decision = decide(observe({ vault, database: answers(values, { settled: false }) }));

    expect(decision).toMatchObject({ verdict: 'mixed', need: 'nothing', actions: [] });
    expect(decision.codes).toEqual(['values-unreadable']);
  });

  it('seals nothing when an operator names another key', () => {
    const decision = decide(observe({ vault, database }), { wanted: KEY_B });

    expect(decision).toMatchObject({ obstacle: 'in-use', actions: [] });
  });

  it('repairs access before it writes rows, and leaves the capture to the next look', () => {
    const files = { 'config_db.php': regularFile('settings', { mode: mode(0o040) }) };

    const decision = decide(
      observe({ vault: vaultOf(generation(1, { key: KEY_B }), generation(2, { verdict: 'wrong' })), database, files }),
    );

    expect(decision.actions.map((each) => each.action)).toEqual(['repair-access', 'reseal-values']);
  });

  it('is captured as proven once nothing is left to write', () => {
    const values = valuesOf({ under: [KEY_A] }, {});

    const decision = decide(observe({ vault: vaultOf(generation(1, { key: KEY_B })), database: answers(values) }));

    expect(decision.actions).toEqual([capture(['glpicrypt.key'])]);
  });

  it('names clear text in a sealed setting apart from what was sealed and is dead', () => {
    const values = valuesOf({ under: [KEY_A] }, { shaped: false }, {});

    const decision = decide(observe({ vault, database: answers(values) }));

    expect(decision).toMatchObject({ verdict: 'mixed', codes: ['values-unreadable', 'values-in-clear'] });
  });

  it('stays although another key opens far more', () => {
    const many = Array.from({ length: 20 }, () => ({ under: [KEY_B] }));
    const values = valuesOf({ under: [KEY_C], class: 'token' }, ...many);

    const decision = decide(observe({ key: KEY_C, vault, database: answers(values) }));

    expect(decision.verdict).toBe('mixed');
    expect(decision.actions).toEqual([captureFirst(KEY_C), reseal(...values.slice(1))]);
  });
});
