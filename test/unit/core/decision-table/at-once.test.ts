import { describe, expect, it } from 'vitest';
import { generation, KEY_A, KEY_B, keyText, observe, regularFile, type Scene, vaultOf } from '../build-observation.ts';
import { decide } from '../decide.ts';
import { captureFirst, createFile, createKey, FROM_MEMORY, from, replaceKey } from '../expected-actions.ts';

const texts = { 'local_define.php': 'define', 'oauth.pem': 'private', 'oauth.pub': 'public' };
const memory = {
  trusted: KEY_A,
  files: { 'glpicrypt.key': regularFile(keyText(KEY_A)), 'config_db.php': regularFile('settings') },
};
const WHOLE_MEMORY = {
  trusted: KEY_A,
  files: {
    ...memory.files,
    'local_define.php': regularFile('define'),
    'oauth.pem': regularFile('private'),
    'oauth.pub': regularFile('public'),
  },
};

/** A first look after a file event: the database is not asked. */
function atOnce(scene: Scene) {
  return decide(observe({ stage: 'guard', glpiRunning: true, database: { kind: 'deferred' }, memory, ...scene }));
}

describe('at once after a file event, before the database is asked', () => {
  it('puts a vanished key back from memory', () => {
    const decision = atOnce({ key: 'absent' });

    expect(decision).toEqual({
      verdict: 'missing',
      need: 'nothing',
      obstacle: null,
      actions: [createKey(KEY_A, FROM_MEMORY)],
      codes: [],
    });
  });

  it('does so beside a broken vault', () => {
    const vault = { kind: 'broken', code: 'vault-unreadable', message: 'gone', try: '' } as const;

    expect(atOnce({ key: 'absent', vault }).actions).toEqual([createKey(KEY_A, FROM_MEMORY)]);
  });

  it('saves a key of wrong length, then puts the remembered one in its place', () => {
    const decision = atOnce({ key: { text: 'short', looksLike: 'truncated' } });

    expect(decision.actions).toEqual([captureFirst(null), replaceKey(KEY_A, FROM_MEMORY)]);
  });

  it('takes the remembered key from the vault where memory lost its bytes', () => {
    expect(atOnce({ key: 'absent', memory: { trusted: KEY_A, files: {} } }).actions).toEqual([
      createKey(KEY_A, from(1)),
    ]);
  });

  it('never overwrites another well-formed key: it may be a rotation', () => {
    const decision = atOnce({ key: KEY_B });

    expect(decision).toMatchObject({ verdict: 'unproven', obstacle: null, actions: [captureFirst(KEY_B)] });
  });

  it('puts a vanished config_db.php back from memory', () => {
    expect(atOnce({ files: { 'config_db.php': null } }).actions).toEqual([createFile('config_db.php', FROM_MEMORY)]);
  });

  it('puts the whole remembered set back when the directory was emptied', () => {
    const decision = atOnce({ key: 'absent', files: { 'config_db.php': null }, memory: WHOLE_MEMORY });

    expect(decision.actions).toEqual([
      createFile('local_define.php', FROM_MEMORY),
      createFile('oauth.pem', FROM_MEMORY),
      createFile('oauth.pub', FROM_MEMORY),
      createKey(KEY_A, FROM_MEMORY),
      createFile('config_db.php', FROM_MEMORY),
    ]);
  });

  it('takes nothing but the trusted key from the vault: whose database it is was not asked yet', () => {
    const vault = vaultOf(generation(1, { texts }));

    const decision = atOnce({
      key: 'absent',
      files: { 'config_db.php': null },
      vault,
      memory: { ...memory, files: {} },
    });

    expect(decision.actions).toEqual([createKey(KEY_A, from(1))]);
  });

  it.each([
    ['with one key in the vault', vaultOf(generation(1))],
    ['with an empty vault', vaultOf()],
  ])('waits for the database when nothing was trusted yet, %s', (_, vault) => {
    const scene = {
      key: 'absent',
      files: { 'config_db.php': null },
      vault,
      memory: { trusted: null, files: {} },
    } as const;

    const decision = atOnce(scene);

    expect(decision).toEqual({ verdict: 'missing', need: 'nothing', obstacle: null, actions: [], codes: [] });
  });

  it('captures nothing on the word of a look without the database', () => {
    expect(atOnce({ files: { 'config_db.php': 'edited' } }).actions).toEqual([]);
  });
});
