import { describe, expect, it } from 'vitest';
import { gid, mode, uid } from '../../../src/core/brand.ts';
import { lockFindings } from '../../../src/core/findings-lock.ts';
import type { FileAccess } from '../../../src/core/guarded-set.ts';
import type { WantedAccess } from '../../../src/core/observation.ts';
import { fileChange, restoredAccess } from '../../../src/core/plan-access.ts';
import { observe, regularFile, type Scene } from './build-observation.ts';

const KEY = 'glpicrypt.key';
const AS_FOUND: WantedAccess = { uid: uid(33), gid: gid(33), newFileMode: mode(0o640) };
const LOCKED: WantedAccess = { ...AS_FOUND, lock: 'on' };
const LIFTED: WantedAccess = { ...AS_FOUND, lock: 'off' };

function access(owner: number, group: number, bits: number): FileAccess {
  return { uid: uid(owner), gid: gid(group), mode: mode(bits), links: 1 };
}

describe('the lock', () => {
  it.each([
    ["GLPI's own file", access(33, 33, 0o640), { uid: 0, gid: null, mode: 0o440 }],
    ['one that an entrypoint took back', access(33, 33, 0o666), { uid: 0, gid: null, mode: 0o440 }],
    ['one that only root reads', access(0, 0, 0o400), { uid: null, gid: 33, mode: 0o440 }],
    ['one that is locked already', access(0, 33, 0o440), null],
  ] as const)('is set on %s', (_, found, expected) => {
    expect(fileChange(KEY, found, LOCKED)).toEqual(expected);
  });

  it.each([
    ['which Keykeeper made', access(0, 33, 0o440)],
    ['which a chown of the entrypoint half undid', access(33, 33, 0o440)],
  ])('is lifted by "off", %s, so that GLPI can write its key', (_, found) => {
    const change = fileChange(KEY, found, LIFTED);

    expect({ uid: change?.uid ?? found.uid, mode: change?.mode }).toEqual({ uid: 33, mode: 0o640 });
  });

  it('that somebody made by hand stays where no setting says anything, and is told', () => {
    const found = access(0, 33, 0o440);

    expect(fileChange(KEY, found, AS_FOUND)).toBeNull();
    expect(codes({ access: AS_FOUND }, found)).toEqual(['key-locked']);
  });

  it('is nothing to tell of where a setting speaks of it, or where there is none', () => {
    const locked = access(0, 33, 0o440);

    expect([
      codes({ access: LOCKED }, locked),
      codes({ access: LIFTED }, locked),
      codes({ access: AS_FOUND }, access(33, 33, 0o440)),
    ]).toEqual([[], [], []]);
  });

  it('concerns the key file alone', () => {
    for (const name of ['config_db.php', 'config_db_slave.php', 'local_define.php', 'oauth.pem', 'oauth.pub'] as const)
      expect(fileChange(name, access(33, 33, 0o640), LOCKED)).toBeNull();
  });

  it('is not set where nobody knows the group that GLPI reads by, and that is an error', () => {
    const wanted: WantedAccess = { ...LOCKED, uid: null, gid: null };

    expect(fileChange(KEY, access(82, 82, 0o640), wanted)).toBeNull();
    expect(codes({ access: wanted }, access(82, 82, 0o640))).toEqual(['lock-without-group']);
  });

  it('is there from the first moment of a key that is put back', () => {
    const kept = { uid: uid(33), gid: gid(33), mode: mode(0o644) };

    expect(restoredAccess(KEY, kept, LOCKED)).toEqual({ uid: 0, gid: 33, mode: 0o440 });
    expect(restoredAccess(KEY, null, LOCKED)).toEqual({ uid: 0, gid: 33, mode: 0o440 });
    expect(restoredAccess('config_db.php', kept, LOCKED)).toEqual(kept);
  });

  it('that was kept with the key comes back as it was kept, unless it was lifted', () => {
    const kept = { uid: uid(0), gid: gid(33), mode: mode(0o440) };

    expect(restoredAccess(KEY, kept, AS_FOUND)).toEqual(kept);
    expect(restoredAccess(KEY, kept, LIFTED)).toEqual({ uid: 33, gid: 33, mode: 0o640 });
  });

  it('leaves no change to make after a restore, whatever it says', () => {
    for (const wanted of [AS_FOUND, LOCKED, LIFTED])
      for (const kept of [null, access(0, 33, 0o440), access(33, 33, 0o400), access(48, 48, 0)]) {
        const made = restoredAccess(KEY, kept, wanted);
        const found = access(made.uid ?? 0, made.gid ?? 0, made.mode);

        expect(fileChange(KEY, found, wanted)).toBeNull();
      }
  });
});

function codes(scene: Scene, found: FileAccess): string[] {
  const observation = observe(scene);
  const files = { ...observation.files, [KEY]: regularFile('key', found) };
  return lockFindings({ ...observation, files }, '/config').map((each) => each.code);
}
