import { describe, expect, it } from 'vitest';
import { gid, mode, uid } from '../../../src/core/brand.ts';
import type { FileAccess } from '../../../src/core/guarded-set.ts';
import type { WantedAccess } from '../../../src/core/observation.ts';
import { canRead, fileChange, planAccess } from '../../../src/core/plan-access.ts';
import { observe, regularFile, type Scene } from './build-observation.ts';

const WANTED: WantedAccess = { uid: uid(33), gid: gid(33), newFileMode: mode(0o640) };
const ANYBODY: WantedAccess = { uid: null, gid: null, newFileMode: mode(0o640) };

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
    expect(fileChange(found, wanted)).toEqual(expected);
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
    expect(planAccess(observe())).toEqual([]);
  });

  it('repairs each file that stands wrong, in the order of the set', () => {
    const files = {
      'config_db.php': regularFile('settings', { uid: uid(0) }),
      'oauth.pub': regularFile('public', { mode: mode(0) }),
      'local_define.php': 'define',
    };

    expect(planAccess(observe({ files }))).toEqual([
      { action: 'repair-access', target: 'config_db.php', wanted: { uid: 33, gid: null, mode: null } },
      { action: 'repair-access', target: 'oauth.pub', wanted: { uid: null, gid: null, mode: 0o600 } },
    ]);
  });

  it('repairs an unreadable file whose owner and mode are known', () => {
    const key = { kind: 'unreadable', cause: 'EACCES', access: access(0, 0, 0) } as const;

    expect(planAccess(observe({ key }))).toEqual([
      { action: 'repair-access', target: 'glpicrypt.key', wanted: { uid: 33, gid: 33, mode: 0o600 } },
    ]);
  });

  it.each<[string, NonNullable<Scene['files']>]>([
    ['a symlink', { 'local_define.php': { kind: 'special', type: 'symlink' } }],
    ['what is over the limit', { 'local_define.php': { kind: 'oversized', size: 1e10, access: access(0, 0, 0) } }],
    ['what does not even tell its owner', { 'local_define.php': { kind: 'unreadable', cause: 'EIO' } }],
  ])('never touches %s', (_, files) => {
    expect(planAccess(observe({ files }))).toEqual([]);
  });

  it.each([
    ['its owner lacks a bit', access(33, 0, 0o577), { uid: 33, gid: 33, mode: 0o777 }],
    ['its group lacks a bit', access(0, 33, 0o757), { uid: 33, gid: 33, mode: null }],
    ['others lack a bit', access(0, 0, 0o775), { uid: 33, gid: 33, mode: null }],
    ['it is closed', access(0, 0, 0), { uid: 33, gid: 33, mode: 0o700 }],
  ] as const)('gives the directory to GLPI when %s', (_, directoryAccess, wanted) => {
    expect(planAccess(observe({ directoryAccess }))).toEqual([
      { action: 'repair-directory', target: 'config', wanted },
    ]);
  });

  it.each([
    ['its owner', access(33, 0, 0o700)],
    ['its group', access(0, 33, 0o070)],
    ['anybody', access(0, 0, 0o007)],
  ])('leaves the directory alone where %s can enter and write', (_, directoryAccess) => {
    expect(planAccess(observe({ directoryAccess }))).toEqual([]);
  });

  it.each<[string, Scene]>([
    ['root is wanted, who enters anywhere', { access: { ...WANTED, uid: uid(0), gid: null } }],
    ['nobody in particular is wanted', { access: ANYBODY }],
    ['nothing is known of it', { directoryAccess: null, access: ANYBODY }],
  ])('leaves the directory alone when %s', (_, scene) => {
    const actions = planAccess(observe({ directoryAccess: access(7, 7, 0), ...scene }));

    expect(actions.filter((each) => each.action === 'repair-directory')).toEqual([]);
  });
});
