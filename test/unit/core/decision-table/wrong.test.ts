import { describe, expect, it } from 'vitest';
import {
  answers,
  brokenVault,
  generation,
  KEY_A,
  KEY_B,
  KEY_C,
  keyText,
  observe,
  regularFile,
  valuesOf,
  vaultOf,
} from '../build-observation.ts';
import { decide } from '../decide.ts';
import { captureFirst, createFile, from, replaceKey } from '../expected-actions.ts';

const BOTH = vaultOf(generation(1), generation(2, { key: KEY_B, proof: null }));

describe('a well-formed key that authenticates none, where another candidate authenticates some: wrong', () => {
  it('puts the right key back, be it older than the live one', () => {
    const decision = decide(observe({ key: KEY_B, vault: BOTH }));

    expect(decision).toEqual({
      verdict: 'wrong',
      need: 'nothing',
      obstacle: null,
      actions: [replaceKey(KEY_A, from(1))],
      codes: ['key-wrong'],
    });
  });

  it('saves the wrong key before it replaces it', () => {
    const decision = decide(observe({ key: KEY_C }));

    expect(decision.actions).toEqual([captureFirst(KEY_C), replaceKey(KEY_A, from(1))]);
  });

  it('brings config_db.php back in the same run', () => {
    const decision = decide(observe({ key: KEY_B, vault: BOTH, files: { 'config_db.php': null } }));

    expect(decision.actions).toEqual([replaceKey(KEY_A, from(1)), createFile('config_db.php', from(2))]);
  });

  it('brings absent optional files back with the key, for the set as a whole was lost', () => {
    const vault = vaultOf(generation(1, { texts: { 'local_define.php': 'define' } }));

    const decision = decide(observe({ key: KEY_C, vault }));

    expect(decision.actions).toEqual([
      captureFirst(KEY_C),
      createFile('local_define.php', from(1)),
      replaceKey(KEY_A, from(1)),
    ]);
  });

  it('takes the candidate that opens most', () => {
    const vault = vaultOf(generation(1), generation(2, { key: KEY_B }));
    const database = answers(valuesOf({ under: [KEY_A] }, { under: [KEY_A] }, { under: [KEY_B] }));

    const decision = decide(observe({ key: KEY_C, vault, database }));

    expect(decision.actions).toEqual([captureFirst(KEY_C), replaceKey(KEY_A, from(1))]);
  });

  it('leaves a tie to a person', () => {
    const vault = vaultOf(generation(1), generation(2, { key: KEY_B }));
    const database = answers(valuesOf({ under: [KEY_A] }, { under: [KEY_B] }));

    const decision = decide(observe({ key: KEY_C, vault, database }));

    expect(decision).toMatchObject({ verdict: 'wrong', obstacle: 'tie', actions: [captureFirst(KEY_C)] });
    expect(decision.codes).toEqual(['key-wrong', 'key-undecided']);
  });

  it.each(['empty', 'garbled'] as const)('rests on a value that authenticates, even if it is %s', (as) => {
    const database = answers(valuesOf({ under: [KEY_A], as }));

    const decision = decide(observe({ key: KEY_B, vault: BOTH, database }));

    expect(decision).toMatchObject({ verdict: 'wrong', actions: [replaceKey(KEY_A, from(1))] });
  });

  it.each([
    ['vault-broken', brokenVault()],
    ['identity-missing', brokenVault('vault-identity-missing')],
    ['vault-broken', { kind: 'none' }],
  ] as const)('does not replace the key where the vault could not take it first: %s', (obstacle, vault) => {
    const memory = { trusted: KEY_A, files: { 'glpicrypt.key': regularFile(keyText(KEY_A)) } };
    const observation = observe({ key: KEY_B, vault, memory });
    const candidates = [...observation.candidates, { fingerprint: KEY_A, origin: 'vault' as const }];

    const decision = decide({ ...observation, candidates });

    expect(decision).toMatchObject({ verdict: 'wrong', obstacle, actions: [] });
  });
});

describe('a live key that opens anything is not wrong', () => {
  it.each(['real', 'empty', 'garbled'] as const)(
    'when it opens one token that is %s, and another key all else',
    (as) => {
      const token = { under: [KEY_A], as, class: 'token' } as const;
      const database = answers(valuesOf(token, { under: [KEY_B] }, { under: [KEY_B] }));

      const decision = decide(observe({ vault: BOTH, database }));

      expect(decision.verdict).toBe('mixed');
      expect(decision.actions).not.toContainEqual(expect.objectContaining({ action: 'restore-file' }));
    },
  );
});
