import { describe, expect, it } from 'vitest';
import { type Fingerprint, gid, mode, uid } from '../../../src/core/brand.ts';
import { captureReasons, needsCaptureFirst, removedFiles } from '../../../src/core/capture.ts';
import { FROM_BACKUP } from '../../../src/core/history.ts';
import { judge } from '../../../src/core/judge.ts';
import { NO_RECORDS } from '../../../src/core/records.ts';
import {
  answers,
  brokenVault,
  digestOf,
  generation,
  IDENTITY,
  KEY_A,
  KEY_B,
  keptFile,
  observe,
  regularFile,
  type Scene,
  silentDatabase,
  valuesOf,
  vaultOf,
} from './build-observation.ts';

function reasons(scene: Scene): string[] {
  const observation = observe(scene);
  return captureReasons(observation, judge(observation));
}

const OPENS = valuesOf({ under: [KEY_A] });
const keyless = vaultOf(generation(1, { key: null }));
const MALFORMED = { text: 'no key', looksLike: 'truncated' } as const;

describe('needsCaptureFirst', () => {
  it.each<[string, Scene, boolean]>([
    ['a key that the vault holds', {}, false],
    ['a key that an older generation holds', { vault: vaultOf(generation(1), generation(2, { key: KEY_B })) }, false],
    ['a key that a sealed generation holds', { vault: vaultOf(generation(1, { sealed: true })) }, false],
    ['an unknown key', { key: KEY_B }, true],
    ['an unknown key and an empty vault', { key: KEY_B, vault: vaultOf() }, true],
    ['an unknown key and a broken vault', { key: KEY_B, vault: brokenVault() }, false],
    ['an unknown key and no vault', { key: KEY_B, vault: { kind: 'none' } }, false],
    ['malformed bytes', { key: MALFORMED }, true],
    ['malformed bytes and a broken vault', { key: MALFORMED, vault: brokenVault() }, false],
    ['malformed bytes and a generation without a key file', { key: MALFORMED, vault: keyless }, true],
    ['an empty file', { key: { text: '', looksLike: 'empty' } }, false],
    ['an absent key', { key: 'absent' }, false],
    ['an unreadable key', { key: { kind: 'special', type: 'symlink' } }, false],
  ])('tells of %s', (_, scene, expected) => {
    expect(needsCaptureFirst(observe(scene))).toBe(expected);
  });

  it('knows malformed bytes that the vault already has', () => {
    const kept = { ...generation(2, { key: null }), files: [keptFile('glpicrypt.key', 'no key')] };

    expect(needsCaptureFirst(observe({ key: MALFORMED, vault: vaultOf(kept, generation(3)) }))).toBe(false);
  });
});

describe('captureReasons', () => {
  it.each<[string, Scene, string[]]>([
    ['nothing changed', {}, []],
    ['the vault is empty', { vault: vaultOf() }, ['first']],
    ['the vault cannot be read', { vault: brokenVault(), key: KEY_B }, []],
    ['the key is new', { key: KEY_B, database: answers([]) }, ['glpicrypt.key']],
    ['config_db.php was edited', { files: { 'config_db.php': 'edited' } }, ['config_db.php']],
    ['config_db.php was edited and kept its size', { files: { 'config_db.php': 'SETTINGS' } }, ['config_db.php']],
    ['config_db.php is absent', { files: { 'config_db.php': null } }, []],
    ['an optional file came', { files: { 'local_define.php': 'define' } }, ['local_define.php']],
    ['an optional file was removed', { vault: vaultOf(generation(1, { texts: { 'glpi.key': 'x' } })) }, ['glpi.key']],
    [
      'the owner changed',
      { files: { 'config_db.php': regularFile('settings', { uid: uid(1000) }) } },
      ['config_db.php'],
    ],
    ['the group changed', { files: { 'config_db.php': regularFile('settings', { gid: gid(7) }) } }, ['config_db.php']],
    [
      'the mode changed',
      { files: { 'config_db.php': regularFile('settings', { mode: mode(0o600) }) } },
      ['config_db.php'],
    ],
    ['another name was linked', { files: { 'config_db.php': regularFile('settings', { links: 2 }) } }, []],
    ['the key is proven now', { vault: vaultOf(generation(1, { proof: null })) }, ['proof']],
    ['the database is known now', { vault: vaultOf(generation(1, { database: null })) }, ['database']],
    ['a sealed value changed', { database: answers(OPENS, { escrowDigest: digestOf('new') }) }, ['escrow']],
    ['a sample tells nothing of the escrow', { database: answers(OPENS, { escrowDigest: null }) }, []],
    ['a registration key came', { database: answers(OPENS, { registration: KEY_B }) }, ['registration']],
    ['the database does not answer', { database: silentDatabase() }, []],
    ['the live key is wrong', { key: KEY_B }, []],
    ['everything is lost', { key: KEY_B, database: answers(valuesOf({})) }, []],
    ['the key is absent', { key: 'absent' }, []],
    [
      'the sealed key is another one of the same size',
      { key: KEY_B, vault: vaultOf(generation(1, { sealed: true })), database: answers([]) },
      ['glpicrypt.key'],
    ],
    ['the sealed key is the same', { vault: vaultOf(generation(1, { sealed: true })) }, []],
    [
      'the sealed config_db.php differs in size',
      { vault: vaultOf(generation(1, { sealed: true })), files: { 'config_db.php': 'settings, more' } },
      ['config_db.php'],
    ],
  ])('when %s', (_, scene, expected) => {
    expect(reasons(scene)).toEqual(expected);
  });

  it.each([
    ['mixed', answers(valuesOf({ under: [KEY_A] }, {}))],
    ['damaged', answers(valuesOf({ under: [KEY_A] }, { under: [KEY_A], as: 'empty', better: 'escrow' }))],
    ['unproven', answers([])],
  ] as const)('captures a change under a key that is %s', (_, database) => {
    expect(reasons({ files: { 'config_db.php': 'edited' }, database })).toEqual(['config_db.php']);
  });

  it.each(['instanceUuid', 'glpiNetworkUuid'] as const)(
    'captures a database whose %s the vault did not know',
    (member) => {
      const vault = vaultOf(generation(1, { database: { ...IDENTITY, [member]: null } }));

      expect(reasons({ vault })).toEqual(['database']);
    },
  );

  it('does not forget ids that the database does not tell at this moment', () => {
    const identity = { ...IDENTITY, instanceUuid: null, glpiNetworkUuid: null };

    expect(reasons({ database: answers(OPENS, { identity }) })).toEqual([]);
  });

  it('records no database that holds no GLPI', () => {
    const vault = vaultOf(generation(1, { database: null }));

    expect(reasons({ vault, database: answers([], { glpi: false, escrowDigest: null }) })).toEqual([]);
  });

  it('tells a kept registration key from another', () => {
    const registration = { kind: 'kept', key: null, fingerprint: KEY_B } as const;
    const vault = vaultOf(generation(1, { registration }));

    expect(reasons({ vault, database: answers(OPENS, { registration: KEY_B }) })).toEqual([]);
    expect(reasons({ vault, database: answers(OPENS, { registration: KEY_A }) })).toEqual(['registration']);
  });

  it('captures that a registration key was cleared on purpose, once, and not in a bad time', () => {
    const registration = { kind: 'kept', key: null, fingerprint: KEY_B } as const;
    const vault = vaultOf(generation(1, { registration }));
    const database = answers(OPENS, { registrationRow: { kind: 'empty' } });
    const bad = [{ at: '2026-01-09T12:00:00Z', verdict: 'missing', fingerprint: null } as const];

    expect(reasons({ vault, database })).toEqual(['registration']);
    expect(reasons({ vault, database, records: { ...NO_RECORDS, chronicle: bad } })).toEqual([]);
    expect(reasons({ vault: vaultOf(generation(1, { registration: { kind: 'cleared' } })), database })).toEqual([]);
    expect(reasons({ database })).toEqual([]);
  });

  it('captures a registration key that is entered again after it was cleared', () => {
    const vault = vaultOf(generation(1, { registration: { kind: 'cleared' } }));

    expect(reasons({ vault, database: answers(OPENS, { registration: KEY_B }) })).toEqual(['registration']);
  });

  it('compares with the newest generation alone', () => {
    const vault = vaultOf(generation(1, { texts: { 'config_db.php': 'edited' } }), generation(2));

    expect(reasons({ vault, files: { 'config_db.php': 'edited' } })).toEqual(['config_db.php']);
  });

  it('names every change once', () => {
    const database = answers(valuesOf({ under: [KEY_B] }), { escrowDigest: digestOf('new') });

    expect(reasons({ key: KEY_B, vault: vaultOf(generation(1, { proof: null })), database })).toEqual([
      'glpicrypt.key',
      'proof',
      'escrow',
    ]);
  });

  it('has a reason when the database is another one', () => {
    const database = answers(OPENS, { identity: { ...IDENTITY, address: 'moved:3306' } });

    expect(reasons({ database })).toEqual(['database']);
  });

  it('captures a removal that a hasty generation in between did not record', () => {
    const texts = { 'local_define.php': 'define' };
    const hasty = generation(2, { proof: null, database: null });

    expect(reasons({ vault: vaultOf(generation(1, { texts }), hasty) })).toContain('local_define.php');
  });

  it('captures a removal once', () => {
    const texts = { 'local_define.php': 'define' };
    const after = generation(2, { removed: ['local_define.php'] });

    expect(reasons({ vault: vaultOf(generation(1, { texts }), after) })).toEqual([]);
  });
});

describe('removedFiles', () => {
  const texts = { 'local_define.php': 'define', 'oauth.pub': 'public' };
  const vault = vaultOf(generation(1, { texts }));

  it('names what the newest generation holds and the live set does not', () => {
    expect(removedFiles(observe({ vault, files: { 'oauth.pub': 'public' } }))).toEqual(['local_define.php']);
  });

  it('keeps naming what was removed before', () => {
    const later = vaultOf(generation(1), generation(2, { removed: ['local_define.php'] }));

    expect(removedFiles(observe({ vault: later }))).toEqual(['local_define.php']);
  });

  it('forgets the removal of a file that is back', () => {
    const later = vaultOf(generation(1, { removed: ['local_define.php'] }));

    expect(removedFiles(observe({ vault: later, files: { 'local_define.php': 'again' } }))).toEqual([]);
  });

  it('names what came with a backup of the live key, and nothing of a backup of another', () => {
    const backup = (key: Fingerprint) => vaultOf(generation(1, { key, reason: FROM_BACKUP, texts }), generation(2));

    expect(removedFiles(observe({ vault: backup(KEY_A) }))).toEqual(['local_define.php', 'oauth.pub']);
    expect(removedFiles(observe({ vault: backup(KEY_B) }))).toEqual([]);
  });

  it.each<[string, Scene]>([
    ['the key is absent too', { key: 'absent' }],
    ['config_db.php is absent too', { files: { 'config_db.php': null } }],
    ['the vault is empty', { vault: vaultOf() }],
    [
      'something else stands in its place',
      { files: { 'local_define.php': { kind: 'unreadable', cause: 'EIO' }, 'oauth.pub': 'x' } },
    ],
  ])('names nothing when %s', (_, scene) => {
    expect(removedFiles(observe({ vault, ...scene }))).toEqual([]);
  });
});
