import { describe, expect, it } from 'vitest';
import { FROM_BACKUP } from '../../../../src/core/history.ts';
import {
  answers,
  type GenerationSpec,
  generation,
  KEY_A,
  KEY_B,
  KEY_C,
  observe,
  silentDatabase,
  valuesOf,
  vaultOf,
} from '../build-observation.ts';
import { decide } from '../decide.ts';
import { createFile, createKey, from } from '../expected-actions.ts';

const NO_SETTINGS = { 'config_db.php': null } as const;
const OAUTH = { 'oauth.pem': 'pem', 'oauth.pub': 'pub' };

function backup(number: number, key: typeof KEY_A, spec: GenerationSpec = {}) {
  return generation(number, { key, reason: FROM_BACKUP, proof: null, database: null, ...spec });
}

describe('a key out of a backup', () => {
  it('comes back, with what lay beside it, where it opens the values and nothing of the own is known', () => {
    const vault = vaultOf(
      backup(1, KEY_B, { texts: OAUTH }),
      backup(2, KEY_C, { texts: { ...OAUTH, 'glpi.key': 'x' } }),
    );
    const database = answers(valuesOf({ under: [KEY_B] }));

    const { actions } = decide(observe({ key: 'absent', files: NO_SETTINGS, vault, database }));

    expect(actions).toEqual([
      createFile('oauth.pem', from(1)),
      createFile('oauth.pub', from(1)),
      createKey(KEY_B, from(1)),
      createFile('config_db.php', from(1)),
    ]);
  });

  it('brings no file of its own where the instance has one in the vault', () => {
    const vault = vaultOf(
      generation(1, { texts: OAUTH }),
      backup(2, KEY_B, { texts: { 'oauth.pem': 'x', 'oauth.pub': 'y' } }),
    );
    const database = answers(valuesOf({ under: [KEY_B] }));

    const { actions } = decide(observe({ key: 'absent', files: NO_SETTINGS, vault, database }));

    expect(actions).toEqual([
      createFile('oauth.pem', from(1)),
      createFile('oauth.pub', from(1)),
      createKey(KEY_B, from(2)),
      createFile('config_db.php', from(1)),
    ]);
  });

  it('leaves its files in the vault where another key comes back', () => {
    const own = generation(1, { texts: NO_SETTINGS });
    const vault = vaultOf(own, backup(2, KEY_B, { texts: OAUTH }));

    const { actions } = decide(observe({ key: 'absent', files: NO_SETTINGS, vault }));

    expect(actions).toEqual([createKey(KEY_A, from(1))]);
  });

  it("says nothing of what an administrator removed: its files were never this instance's", () => {
    const vault = vaultOf(backup(1, KEY_B, { texts: { 'local_define.php': 'define' } }), generation(2));

    expect(decide(observe({ vault })).actions).toEqual([]);
  });

  it.each(['wrong', 'lost'])('makes no tie where nothing can be tested if it was %s when it was kept', (verdict) => {
    const vault = vaultOf(generation(1), backup(2, KEY_B, { verdict }), backup(3, KEY_C, { verdict }));

    const decision = decide(observe({ key: 'absent', vault, database: { kind: 'none' } }));

    expect(decision).toMatchObject({ obstacle: null, actions: [createKey(KEY_A, from(1))] });
  });

  it('makes a tie where nothing can be tested if it never was', () => {
    const vault = vaultOf(generation(1), backup(2, KEY_B, { verdict: 'unproven' }));

    const decision = decide(observe({ key: 'absent', vault, database: { kind: 'none' } }));

    expect(decision).toMatchObject({ obstacle: 'several-untested', codes: ['key-undecided'] });
  });

  it('still comes back when the database decides for it, whatever was said before', () => {
    const vault = vaultOf(generation(1), backup(2, KEY_B, { verdict: 'wrong' }));
    const database = answers(valuesOf({ under: [KEY_B] }));

    expect(decide(observe({ vault, database }))).toMatchObject({ verdict: 'wrong', obstacle: null });
  });

  it('is not put back while the database is silent for opening one left-over value', () => {
    const proof = { tested: 51, opened: 1, real: 1, at: '2026-01-02T00:00:00Z' };
    const vault = vaultOf(generation(1), backup(2, KEY_B, { proof, verdict: 'mixed' }));

    const decision = decide(observe({ stage: 'guard', key: 'absent', vault, database: silentDatabase() }));

    expect(decision.actions).toEqual([createKey(KEY_A, from(1))]);
  });
});
