import { describe, expect, it } from 'vitest';
import type { DatabaseState } from '../../../../src/core/observation.ts';
import {
  answers,
  brokenVault,
  generation,
  KEY_A,
  KEY_B,
  keyText,
  observe,
  regularFile,
  valuesOf,
  vaultOf,
} from '../build-observation.ts';
import { decide } from '../decide.ts';
import { captureFirst, createKey, FROM_MEMORY, from, replaceKey } from '../expected-actions.ts';

const TWO_KEYS = vaultOf(generation(1), generation(2, { key: KEY_B }));

describe.each<[string, DatabaseState]>([
  ['nothing is sealed', answers([])],
  ['only clear text is there', answers(valuesOf({ shaped: false }))],
  ['there is no database by choice', { kind: 'none' }],
  ['nothing names a database', { kind: 'unconfigured' }],
])('key absent or of wrong length, a key in the vault, and %s', (_, database) => {
  it('restores the one key that the vault holds, in however many generations', () => {
    const vault = vaultOf(generation(1), generation(2));

    const decision = decide(observe({ key: 'absent', vault, database }));

    expect(decision).toMatchObject({ verdict: 'missing', obstacle: null, actions: [createKey(KEY_A, from(2))] });
  });

  it('restores it even if it was never proven', () => {
    const vault = vaultOf(generation(1, { proof: null }));

    const decision = decide(observe({ key: 'absent', vault, database }));

    expect(decision.actions).toEqual([createKey(KEY_A, from(1))]);
  });

  it('puts it in the place of malformed bytes once these are saved', () => {
    const key = { text: 'too long'.repeat(9), looksLike: 'too-long' } as const;

    const decision = decide(observe({ key, database }));

    expect(decision.actions).toEqual([captureFirst(null), replaceKey(KEY_A, from(1))]);
  });

  it('leaves several keys to a person', () => {
    const decision = decide(observe({ key: 'absent', vault: TWO_KEYS, database }));

    expect(decision).toMatchObject({ verdict: 'missing', obstacle: 'several-untested', actions: [] });
    expect(decision.codes).toContain('key-undecided');
  });

  it('takes the one of several that was live under this same watch', () => {
    const memory = { trusted: KEY_A, files: { 'glpicrypt.key': regularFile(keyText(KEY_A)) } };

    const decision = decide(observe({ key: 'absent', stage: 'guard', vault: TWO_KEYS, memory, database }));

    expect(decision.actions).toEqual([createKey(KEY_A, FROM_MEMORY)]);
  });

  it('takes the remembered key from the vault where memory has no bytes of it', () => {
    const memory = { trusted: KEY_A, files: {} };

    const decision = decide(observe({ key: 'absent', stage: 'guard', vault: TWO_KEYS, memory, database }));

    expect(decision.actions).toEqual([createKey(KEY_A, from(1))]);
  });

  it('needs the identity when the only key is sealed', () => {
    const vault = vaultOf(generation(1, { sealed: true }));

    const decision = decide(observe({ key: 'absent', vault, database }));

    expect(decision).toMatchObject({ obstacle: 'identity-missing', actions: [] });
    expect(decision.codes).toContain('vault-identity-missing');
  });

  it('takes the copy that can be read when another of the same key is sealed', () => {
    const vault = vaultOf(generation(1), generation(2, { sealed: true }));

    const decision = decide(observe({ key: 'absent', vault, database }));

    expect(decision.actions).toEqual([createKey(KEY_A, from(1))]);
  });

  it('needs the vault when that is broken', () => {
    const decision = decide(observe({ key: 'absent', vault: brokenVault(), database }));

    expect(decision).toMatchObject({ obstacle: 'vault-broken', actions: [] });
    expect(decision.codes).toContain('vault-unreadable');
  });

  it('says that nothing is known when malformed bytes stand beside an empty vault', () => {
    const key = { text: 'no key', looksLike: 'truncated' } as const;

    const decision = decide(observe({ key, vault: vaultOf(), database }));

    expect(decision).toMatchObject({ verdict: 'malformed', obstacle: 'nothing-known', actions: [captureFirst(null)] });
    expect(decision.codes).toContain('key-unknown');
  });
});
