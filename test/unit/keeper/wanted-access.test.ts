import { describe, expect, it } from 'vitest';
import { presetNamed } from '../../../src/config/choose-preset.ts';
import type { Settings } from '../../../src/config/settings.ts';
import { absolutePath, gid, mode, uid } from '../../../src/core/brand.ts';
import type { FileAccess } from '../../../src/core/guarded-set.ts';
import { requireLockRights } from '../../../src/keeper/require-lock-rights.ts';
import { type Principal, wantedAccess } from '../../../src/keeper/wanted-access.ts';
import { generation } from '../core/build-observation.ts';

const ROOT: Principal = { uid: 0, groups: [0], inPod: false };
const SETTINGS = {
  owner: { kind: 'auto' },
  preset: presetNamed('official'),
  lock: null,
  configDir: absolutePath('/var/glpi/config'),
} as const;

function directory(owner: number, group: number, bits = 0o755): FileAccess {
  return { uid: uid(owner), gid: gid(group), mode: mode(bits), links: 2 };
}

function wanted(settings: Partial<Settings>, found: FileAccess | null, own: Principal = ROOT): string {
  const result = wantedAccess({ ...SETTINGS, ...settings } as Settings, found, own);
  return `${result.uid}:${result.gid} by ${result.from}`;
}

describe('whose the guarded files should be', () => {
  it('is what the setting says, whoever owns the directory', () => {
    const owner = { kind: 'fixed', uid: uid(1000), gid: gid(1001) } as const;

    expect(wanted({ owner }, directory(33, 33))).toBe('1000:1001 by KEYKEEPER_OWNER');
  });

  it('is the owner of the directory', () => {
    expect(wanted({}, directory(1000, 100))).toBe('1000:100 by the owner of /var/glpi/config');
  });

  it("is not root's group where GLPI's own directory has that: GLPI could not read a key by it", () => {
    expect([wanted({}, directory(33, 0)), wanted({}, directory(1000, 0))]).toEqual([
      '33:33 by the owner of /var/glpi/config',
      '1000:0 by the owner of /var/glpi/config',
    ]);
  });

  it.each([
    ["a fresh directory is root's", directory(0, 0)],
    ['there is none yet', null],
  ])("is the image's user where %s", (_, found) => {
    expect(wanted({}, found)).toBe("33:33 by the image's own user (preset official)");
    expect(wanted({ preset: presetNamed('jr0w3') }, found)).toContain('null:null');
  });

  it('is the group that fsGroup gave to the volume, in a pod that has it', () => {
    const volume = directory(0, 2000, 0o2775);
    const pod = { uid: 1000, groups: [1000, 2000], inPod: true };

    expect(
      [
        wanted({}, volume, pod),
        wanted({}, volume, { ...pod, uid: 0 }),
        wanted({}, volume, { ...pod, inPod: false }),
        wanted({}, volume, { ...pod, groups: [1000] }),
        wanted({}, directory(0, 2000, 0o755), pod),
      ].map((each) => each.split(' ')[0]),
    ).toEqual(['1000:2000', '33:2000', '33:33', '33:33', '33:33']);
  });

  it('is, for an image of no known user, the owner that the vault recorded, unless that is root', () => {
    const settings = { ...SETTINGS, preset: presetNamed('jr0w3') } as unknown as Settings;
    const kept = generation(1);
    const files = kept.files.map((each) => ({ ...each, uid: uid(each.name === 'config_db.php' ? 1000 : 0) }));
    const ofRoot = { ...kept, files: kept.files.map((each) => ({ ...each, uid: uid(0) })) };

    const result = wantedAccess(settings, directory(0, 0), ROOT, [ofRoot, { ...kept, files }]);

    expect(result).toMatchObject({ uid: 1000, gid: 33, from: 'the owner that the vault recorded' });
    expect(wantedAccess(settings, directory(0, 0), ROOT, [ofRoot]).uid).toBeNull();
  });

  it('guesses at no group that a locked key would be read by: GLPI outside of it would have no key', () => {
    const locked = (found: FileAccess) => wanted({ lock: 'on' }, found).split(' ')[0];

    expect([
      locked(directory(33, 1000)),
      locked(directory(1000, 1000)),
      locked(directory(1000, 100)),
      locked(directory(1000, 0)),
      locked(directory(0, 0)),
    ]).toEqual(['33:33', '1000:1000', '1000:null', '1000:null', '33:33']);
    expect(wanted({}, directory(33, 1000))).toContain('33:1000');
  });

  it('carries the lock where a setting speaks of it', () => {
    const lock = (value: Settings['lock']) =>
      wantedAccess({ ...SETTINGS, lock: value } as unknown as Settings, directory(33, 33), ROOT).lock;

    expect([lock('on'), lock('off'), lock(null)]).toEqual(['on', 'off', undefined]);
  });
});

describe('the right to lock', () => {
  it('is demanded for the lock alone, and names what is missing', () => {
    const refused = expect.objectContaining({
      code: 'conflicting-setting',
      message: expect.stringContaining('uid 33 without the capabilities CHOWN and FOWNER'),
      try: expect.stringContaining('user: "0:0"'),
    });

    expect(() => requireLockRights('on', new Set(), 33)).toThrow(refused);
    expect(() => requireLockRights('on', new Set(['CHOWN']), 0)).toThrow(
      expect.objectContaining({ target: 'KEYKEEPER_LOCK' }),
    );
    for (const lock of ['off', null] as const) requireLockRights(lock, new Set(), 33);
    requireLockRights('on', new Set(['CHOWN', 'FOWNER']), 0);
  });
});
