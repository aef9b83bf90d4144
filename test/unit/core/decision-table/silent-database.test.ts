import { describe, expect, it } from 'vitest';
import {
  brokenVault,
  generation,
  KEY_A,
  KEY_B,
  keyText,
  observe,
  regularFile,
  silentDatabase,
  vaultOf,
} from '../build-observation.ts';
import { decide } from '../decide.ts';
import { captureFirst, createFile, createKey, FROM_MEMORY, from, replaceKey } from '../expected-actions.ts';

const database = silentDatabase();
const UNPROVEN_B = generation(2, { key: KEY_B, proof: null });

describe('key absent or of wrong length, and the database does not answer', () => {
  it.each([
    ['one key', vaultOf(generation(1))],
    ['several keys', vaultOf(generation(1), UNPROVEN_B)],
    ['nothing', vaultOf()],
  ])('waits at the gate whether the vault holds %s', (_, vault) => {
    const decision = decide(observe({ key: 'absent', vault, database }));

    expect(decision).toMatchObject({
      verdict: 'missing',
      obstacle: 'database-silent',
      actions: [],
      codes: ['database-refused'],
    });
  });

  it('puts the key that was proven last back at once while watching, not a newer unproven one', () => {
    const vault = vaultOf(generation(1), UNPROVEN_B);

    const decision = decide(observe({ key: 'absent', stage: 'guard', vault, database }));

    expect(decision).toMatchObject({ verdict: 'missing', obstacle: null, actions: [createKey(KEY_A, from(1))] });
  });

  it('takes the newer of two proven keys', () => {
    const vault = vaultOf(generation(1), generation(2, { key: KEY_B }));

    const decision = decide(observe({ key: 'absent', stage: 'guard', vault, database }));

    expect(decision.actions).toEqual([createKey(KEY_B, from(2))]);
  });

  it('prefers what was live under this watch to what was proven before it', () => {
    const vault = vaultOf(generation(1), UNPROVEN_B);
    const memory = { trusted: KEY_B, files: { 'glpicrypt.key': regularFile(keyText(KEY_B)) } };

    const decision = decide(observe({ key: 'absent', stage: 'guard', vault, memory, database }));

    expect(decision.actions).toEqual([createKey(KEY_B, FROM_MEMORY)]);
  });

  it('saves malformed bytes before it puts the proven key in their place', () => {
    const key = { text: 'cut short', looksLike: 'truncated' } as const;

    const decision = decide(observe({ key, stage: 'guard', database }));

    expect(decision.actions).toEqual([captureFirst(null), replaceKey(KEY_A, from(1))]);
  });

  it('restores nothing while watching when no key was ever proven', () => {
    const vault = vaultOf(generation(1, { proof: null }));

    const decision = decide(observe({ key: 'absent', stage: 'guard', vault, database }));

    expect(decision).toMatchObject({ obstacle: 'database-silent', actions: [] });
  });

  it('calls an empty vault no first install as long as the database may hold sealed values', () => {
    const decision = decide(observe({ key: 'absent', stage: 'guard', vault: vaultOf(), database }));

    expect(decision.codes).toEqual(['database-refused']);
  });

  it('brings config_db.php back in the same run', () => {
    const decision = decide(observe({ key: 'absent', stage: 'guard', files: { 'config_db.php': null }, database }));

    expect(decision.actions).toEqual([createKey(KEY_A, from(1)), createFile('config_db.php', from(1))]);
  });

  it('names the missing identity where the proven key is sealed', () => {
    const vault = vaultOf(generation(1, { sealed: true }));

    const decision = decide(observe({ key: 'absent', stage: 'guard', vault, database }));

    expect(decision).toMatchObject({ obstacle: 'identity-missing', actions: [] });
  });

  it('names a broken vault', () => {
    const decision = decide(observe({ key: 'absent', stage: 'guard', vault: brokenVault(), database }));

    expect(decision).toMatchObject({ obstacle: 'vault-broken', actions: [] });
  });
});

describe('a well-formed key, and the database does not answer', () => {
  it.each(['gate', 'guard'] as const)('stays as it is at the %s stage', (stage) => {
    const decision = decide(observe({ stage, database }));

    expect(decision).toMatchObject({ verdict: 'unproven', obstacle: null, actions: [], codes: ['database-refused'] });
  });
});
