import { describe, expect, it } from 'vitest';
import { answers, generation, KEY_A, KEY_B, KEY_C, observe, valuesOf, vaultOf } from '../build-observation.ts';
import { decide } from '../decide.ts';
import { captureFirst, createKey, DECODED, from, replaceKey } from '../expected-actions.ts';

const TWO_KEYS = vaultOf(generation(1), generation(2, { key: KEY_B }));

describe('key absent or of wrong length, and a candidate opens values: missing, malformed', () => {
  it('creates the absent key that the database asks for', () => {
    const decision = decide(observe({ key: 'absent' }));

    expect(decision).toEqual({
      verdict: 'missing',
      need: 'nothing',
      obstacle: null,
      actions: [createKey(KEY_A, from(1))],
      codes: [],
    });
  });

  it('saves malformed bytes, then puts the key in their place', () => {
    const key = { text: 'a'.repeat(31), looksLike: 'truncated' } as const;

    const decision = decide(observe({ key }));

    expect(decision).toEqual({
      verdict: 'malformed',
      need: 'nothing',
      obstacle: null,
      actions: [captureFirst(null), replaceKey(KEY_A, from(1))],
      codes: ['key-malformed'],
    });
  });

  it('saves no empty file', () => {
    const decision = decide(observe({ key: { text: '', looksLike: 'empty' } }));

    expect(decision.actions).toEqual([replaceKey(KEY_A, from(1))]);
  });

  it('takes the older key where it opens more values than the newer one', () => {
    const database = answers(valuesOf({ under: [KEY_A] }, { under: [KEY_A] }, { under: [KEY_B] }));

    const decision = decide(observe({ key: 'absent', vault: TWO_KEYS, database }));

    expect(decision.actions).toEqual([createKey(KEY_A, from(1))]);
  });

  it('counts one setting before any number of tokens', () => {
    const tokens = [1, 2, 3].map(() => ({ under: [KEY_B], class: 'token' }) as const);
    const database = answers(valuesOf({ under: [KEY_A] }, ...tokens));

    const decision = decide(observe({ key: 'absent', vault: TWO_KEYS, database }));

    expect(decision.actions).toEqual([createKey(KEY_A, from(1))]);
  });

  it('lets tokens decide between keys that open the same number of settings', () => {
    const token = { under: [KEY_A], class: 'token' } as const;
    const database = answers(valuesOf({ under: [KEY_A] }, { under: [KEY_B] }, token));

    const decision = decide(observe({ key: 'absent', vault: TWO_KEYS, database }));

    expect(decision.actions).toEqual([createKey(KEY_A, from(1))]);
  });

  it('goes by what authenticates, be it empty or garbled', () => {
    const emptied = { under: [KEY_A], as: 'empty' } as const;
    const garbled = { under: [KEY_A], as: 'garbled' } as const;
    const database = answers(valuesOf(emptied, garbled, { under: [KEY_B] }));

    const decision = decide(observe({ key: 'absent', vault: TWO_KEYS, database }));

    expect(decision.actions).toEqual([createKey(KEY_A, from(1))]);
  });

  it('leaves a tie to a person, naming both keys', () => {
    const database = answers(valuesOf({ under: [KEY_A] }, { under: [KEY_B] }));

    const decision = decide(observe({ key: 'absent', vault: TWO_KEYS, database }));

    expect(decision).toMatchObject({ verdict: 'missing', obstacle: 'tie', actions: [], codes: ['key-undecided'] });
  });

  it('takes the key from the newest generation that holds it', () => {
    const vault = vaultOf(generation(1), generation(2), generation(3, { key: KEY_B }));

    const decision = decide(observe({ key: 'absent', vault }));

    expect(decision.actions).toEqual([createKey(KEY_A, from(2))]);
  });

  it('writes decoded bytes where they open values and the vault does not have them', () => {
    const key = { text: 'c'.repeat(64), looksLike: 'hex' } as const;
    const database = answers(valuesOf({ under: [KEY_C] }));

    const decision = decide(observe({ key, decodesTo: [KEY_C], database }));

    expect(decision.actions).toEqual([captureFirst(null), replaceKey(KEY_C, DECODED)]);
  });

  it('prefers the vault as source of a key that the bytes decode to as well', () => {
    const key = { text: 'a newline behind it', looksLike: 'trailing-newline' } as const;

    const decision = decide(observe({ key, decodesTo: [KEY_A] }));

    expect(decision.actions).toEqual([captureFirst(null), replaceKey(KEY_A, from(1))]);
  });

  it('prefers a vault key that opens more over the decoded bytes', () => {
    const key = { text: 'hex', looksLike: 'hex' } as const;
    const database = answers(valuesOf({ under: [KEY_A] }, { under: [KEY_A] }, { under: [KEY_C] }));

    const decision = decide(observe({ key, decodesTo: [KEY_C], database }));

    expect(decision.actions).toEqual([captureFirst(null), replaceKey(KEY_A, from(1))]);
  });

  it('reads everything before it restores on the word of a sample', () => {
    const database = answers(valuesOf({ under: [KEY_A] }), { coverage: 'sample' });

    const decision = decide(observe({ key: 'absent', database }));

    expect(decision).toMatchObject({ verdict: 'missing', need: 'full-pass', actions: [] });
  });

  it('does not wait for a second pass while GLPI runs: without a key it wipes secrets at the next Save', () => {
    const database = answers(valuesOf({ under: [KEY_A] }), { settled: false, otherSessions: 3 });

    const decision = decide(observe({ key: 'absent', stage: 'guard', glpiRunning: true, database }));

    expect(decision.actions).toEqual([createKey(KEY_A, from(1))]);
  });
});
