import { describe, expect, it } from 'vitest';
import { judge } from '../../../../src/core/judge.ts';
import type { DatabaseState } from '../../../../src/core/observation.ts';
import { answers, brokenVault, generation, observe, silentDatabase, valuesOf, vaultOf } from '../build-observation.ts';
import { decide } from '../decide.ts';

const EMPTY = { key: 'absent', vault: vaultOf(), files: { 'config_db.php': null } } as const;

describe('no key, nothing in the vault, no sealed value seen: first install', () => {
  it.each<[string, DatabaseState]>([
    ['there is no database by choice', { kind: 'none' }],
    ['nothing names a database', { kind: 'unconfigured' }],
    ['the database is empty', answers([], { glpi: false, version: null, source: 'environment' })],
    ['GLPI is installed and nothing is sealed yet', answers([], { source: 'environment' })],
    ['only clear tokens are there', answers(valuesOf({ class: 'token', shaped: false }))],
  ])('has nothing to do when %s', (_, database) => {
    const decision = decide(observe({ ...EMPTY, database }));

    expect(decision).toEqual({
      verdict: 'missing',
      need: 'nothing',
      obstacle: null,
      actions: [],
      codes: ['first-install'],
    });
  });

  it.each([true, false])('does not write config_db.php before a key (installed: %s)', (glpi) => {
    const database = answers([], { glpi, source: 'environment' });

    const decision = decide(observe({ ...EMPTY, environmentDatabase: true, database }));

    expect(decision).toMatchObject({ actions: [], codes: ['first-install'] });
  });

  it('brings no other file back where the vault holds some and no key', () => {
    const texts = { 'local_define.php': 'define', 'oauth.pem': 'private', 'oauth.pub': 'public' };
    const vault = vaultOf(generation(1, { key: null, proof: null, texts }));
    const database = answers([], { glpi: false, source: 'vault' });

    const decision = decide(observe({ ...EMPTY, vault, database }));

    expect(decision).toMatchObject({ actions: [], codes: ['first-install'] });
  });

  it('reads the whole database before it says so', () => {
    const decision = decide(observe({ ...EMPTY, database: answers([], { coverage: 'sample' }) }));

    expect(decision).toMatchObject({ need: 'full-pass', actions: [] });
  });

  it.each<[string, Parameters<typeof observe>[0]]>([
    ['a configured database does not answer', { ...EMPTY, database: silentDatabase() }],
    ['the database was not asked yet', { ...EMPTY, database: { kind: 'deferred' } }],
    ['the vault cannot be read', { ...EMPTY, vault: brokenVault(), database: { kind: 'none' } }],
    ['a generation is sealed', { ...EMPTY, vault: vaultOf(generation(1, { key: null, sealed: true })) }],
    ['malformed bytes are there', { ...EMPTY, key: { text: 'x', looksLike: 'truncated' }, database: { kind: 'none' } }],
    ['the vault holds a key', { ...EMPTY, vault: vaultOf(generation(1)), database: { kind: 'none' } }],
    ['sealed values are there', { ...EMPTY, database: answers(valuesOf({})) }],
  ])('is not said when %s', (_, scene) => {
    const judgement = judge(observe(scene));

    expect(judgement.firstInstall).toBe(false);
  });
});
