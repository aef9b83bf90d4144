import { describe, expect, it } from 'vitest';
import { gid, mode, uid } from '../../../src/core/brand.ts';
import type { FileAccess } from '../../../src/core/guarded-set.ts';
import type { WantedAccess } from '../../../src/core/observation.ts';
import { canRead, fileChange, planAccess } from '../../../src/core/plan-access.ts';
import { generation, observe, regularFile, type Scene, vaultOf } from './build-observation.ts';

const WANTED: WantedAccess = { uid: uid(33), gid: gid(33), newFileMode: mode(0o640) };
const ANYBODY: WantedAccess = { uid: null, gid: null, newFileMode: mode(0o640) };

const OPENED = { opened: 1 };

function access(owner: number, group: number, bits: number): FileAccess {
  return { uid: uid(owner), gid: gid(group), mode: mode(bits), links: 1 };
}

describe('fileChange', () => {
  it.each([
    ['nothing where all is right', access(33, 33, 0o640), WANTED, null],
    ['no mode that is wider than needed', access(33, 33, 0o666), WANTED, null],
    ['the owner', access(0, 33, 0o640), WANTED, { uid: 33, gid: null, mode: null }],
    ['the group', access(33, 0, 0o640), WANTED, { uid: null, gid: 33, mode: null }],
    ['a mode of nothing', access(33, 33, 0), WANTED, { uid: null, gid: null, mode: 0o600 }],
    [
      'a read-only mode, keeping what others have',
      access(33, 33, 0o444),
      WANTED,
      { uid: null, gid: null, mode: 0o644 },
    ],
    ['a write-only mode', access(33, 33, 0o200), WANTED, { uid: null, gid: null, mode: 0o600 }],
    ['owner, group and mode together', access(0, 0, 0), WANTED, { uid: 33, gid: 33, mode: 0o600 }],
    ['the mode alone where no owner is wanted', access(0, 0, 0o400), ANYBODY, { uid: null, gid: null, mode: 0o600 }],
    ['nothing where no owner is wanted', access(0, 0, 0o600), ANYBODY, null],
  ] as const)('changes %s', (_, found, wanted, expected) => {
    expect(fileChange('config_db.php', found, wanted)).toEqual(expected);
  });
});

describe('fileChange of what GLPI only reads', () => {
  it.each([
    ['leaves a key that its owner may only read', 'glpicrypt.key', access(33, 33, 0o440), null],
    ['leaves half of a pair that its owner may only read', 'oauth.pem', access(33, 33, 0o400), null],
    [
      'gives a key that nobody reads both bits',
      'glpicrypt.key',
      access(33, 33, 0o040),
      { uid: null, gid: null, mode: 0o640 },
    ],
    [
      'gives another file back that stands as a locked key would',
      'config_db.php',
      access(0, 33, 0o440),
      { uid: 33, gid: null, mode: 0o640 },
    ],
    [
      'takes no key for locked that another group reads',
      'glpicrypt.key',
      access(0, 7, 0o440),
      { uid: 33, gid: 33, mode: null },
    ],
    [
      'takes no key for locked that its group writes',
      'glpicrypt.key',
      access(0, 33, 0o460),
      { uid: 33, gid: null, mode: null },
    ],
    ['takes a set-id bit away', 'local_define.php', access(33, 33, 0o4644), { uid: null, gid: null, mode: 0o644 }],
  ] as const)('%s', (_, name, found, expected) => {
    expect(fileChange(name, found, WANTED)).toEqual(expected);
  });
});

describe('the hard link of', () => {
  const planned = (scene: Scene, opened = 0) => planAccess(observe(scene), { opened }).map((each) => each.action);
  const shared = (text: string, bits: number) => ({
    files: { 'config_db.php': regularFile(text, { uid: uid(0), gid: gid(0), mode: mode(bits), links: 2 }) },
  });

  it('a file that GLPI reads is separated where owner or mode is wrong', () => {
    expect(planned(shared('settings', 0o644))).toEqual(['separate-file']);
  });

  it('a file that is right is left alone', () => {
    const files = { 'config_db.php': regularFile('settings', { links: 5 }) };

    expect(planned({ files })).toEqual([]);
  });

  it('a file that GLPI could read when it was kept is separated', () => {
    expect(planned(shared('settings', 0o600))).toEqual(['separate-file']);
  });

  it('a file that GLPI may not read, and never could, is not handed to it', () => {
    expect(planned(shared('root:$6$secret', 0o600))).toEqual(['repair-access']);
  });

  it('a foreign file that Keykeeper captured meanwhile is not handed to GLPI either', () => {
    const captured = generation(2);
    const kept = captured.files.map((each) => ({ ...each, uid: uid(0), gid: gid(0), mode: mode(0o600) }));
    const vault = vaultOf({ ...captured, files: kept });

    expect(planned({ ...shared('settings', 0o600), vault })).toEqual(['repair-access']);
  });

  it('a key that opens the database is separated, whoever could read it', () => {
    const closed = { uid: uid(0), gid: gid(0), mode: mode(0o600), links: 2 };
    const observation = observe({ vault: vaultOf() });
    const files = { ...observation.files, 'glpicrypt.key': regularFile('k', closed) };

    const actions = (opened: number) => planAccess({ ...observation, files }, { opened }).map((each) => each.action);

    expect([actions(1), actions(0)]).toEqual([['separate-file'], ['repair-access']]);
  });
});

describe('canRead', () => {
  it.each([
    ['its owner', access(33, 0, 0o400), WANTED, true],
    ['its owner without the right, although all others have it', access(33, 33, 0o044), WANTED, false],
    ['its group', access(0, 33, 0o040), WANTED, true],
    ['its group without the right, although others have it', access(0, 33, 0o604), WANTED, false],
    ['others', access(0, 0, 0o004), WANTED, true],
    ['others without the right', access(0, 0, 0o660), WANTED, false],
    ['root', access(33, 33, 0), { ...WANTED, uid: uid(0) }, true],
    ['nobody in particular', access(33, 33, 0), ANYBODY, true],
  ] as const)('tells whether %s can read', (_, found, wanted, expected) => {
    expect(canRead(found, wanted)).toBe(expected);
  });
});

describe('planAccess', () => {
  it('changes nothing where the set stands right', () => {
    expect(planAccess(observe(), OPENED)).toEqual([]);
  });

  it('repairs each file that stands wrong, in the order of the set', () => {
    const files = {
      'config_db.php': regularFile('settings', { uid: uid(0) }),
      'oauth.pub': regularFile('public', { mode: mode(0) }),
      'local_define.php': 'define',
    };

    expect(planAccess(observe({ files }), OPENED)).toEqual([
      { action: 'repair-access', target: 'config_db.php', wanted: { uid: 33, gid: null, mode: null } },
      { action: 'repair-access', target: 'oauth.pub', wanted: { uid: null, gid: null, mode: 0o600 } },
    ]);
  });

  it('repairs an unreadable file whose owner and mode are known', () => {
    const key = { kind: 'unreadable', cause: 'EACCES', access: access(0, 0, 0) } as const;

    expect(planAccess(observe({ key }), OPENED)).toEqual([
      { action: 'repair-access', target: 'glpicrypt.key', wanted: { uid: 33, gid: 33, mode: 0o600 } },
    ]);
  });

  it.each<[string, NonNullable<Scene['files']>]>([
    ['a symlink', { 'local_define.php': { kind: 'special', type: 'symlink' } }],
    ['what is over the limit', { 'local_define.php': { kind: 'oversized', size: 1e10, access: access(0, 0, 0) } }],
    ['what does not even tell its owner', { 'local_define.php': { kind: 'unreadable', cause: 'EIO' } }],
  ])('never touches %s', (_, files) => {
    expect(planAccess(observe({ files }), OPENED)).toEqual([]);
  });

  it.each([
    ['its owner lacks a bit', access(33, 0, 0o577), { uid: null, gid: null, mode: 0o777 }],
    ['its group lacks a bit', access(0, 33, 0o757), { uid: null, gid: null, mode: 0o777 }],
    ['others lack a bit', access(0, 0, 0o775), { uid: 33, gid: 33, mode: 0o775 }],
    ['it is closed', access(0, 0, 0), { uid: 33, gid: 33, mode: 0o700 }],
  ] as const)('gives the directory to GLPI when %s', (_, directoryAccess, wanted) => {
    expect(planAccess(observe({ directoryAccess }), OPENED)).toEqual([
      { action: 'repair-directory', target: 'config', wanted },
    ]);
  });

  it.each([
    ['its owner', access(33, 0, 0o700)],
    ['its group', access(0, 33, 0o070)],
    ['anybody', access(0, 0, 0o007)],
  ])('leaves the directory alone where %s can enter and write', (_, directoryAccess) => {
    expect(planAccess(observe({ directoryAccess }), OPENED)).toEqual([]);
  });

  it.each<[string, Scene]>([
    ['root is wanted, who enters anywhere', { access: { ...WANTED, uid: uid(0), gid: null } }],
    ['nobody in particular is wanted', { access: ANYBODY }],
    ['nothing is known of it', { directoryAccess: null, access: ANYBODY }],
  ])('leaves the directory alone when %s', (_, scene) => {
    const actions = planAccess(observe({ directoryAccess: access(7, 7, 0), ...scene }), OPENED);

    expect(actions.filter((each) => each.action === 'repair-directory')).toEqual([]);
  });
});
