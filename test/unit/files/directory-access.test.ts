import { chmodSync, chownSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { gid, mode, uid } from '../../../src/core/brand.ts';
import { missingDirectoryAccess } from '../../../src/core/plan-access.ts';
import { createDirectory, ensureDirectoryUsable } from '../../../src/files/directory-access.ts';
import { OtherUser } from './other-user.ts';
import { isRoot } from './root.ts';
import { TemporaryDirectory } from './temporary-directory.ts';

const GLPI = { uid: uid(33), gid: gid(33) };

describe('missingDirectoryAccess', () => {
  it.each([
    ["a fresh volume of root's", [0, 0, 0o755], { uid: 33, gid: 33, mode: 0o755 }],
    ['its own, usable', [33, 0, 0o700], null],
    ['its own, not writable', [33, 33, 0o555], { uid: null, gid: null, mode: 0o755 }],
    ['its own, though the group may write', [33, 33, 0o070], { uid: null, gid: null, mode: 0o770 }],
    ["its group's, usable", [1000, 33, 0o770], null],
    ["its group's, not writable", [1000, 33, 0o750], { uid: null, gid: null, mode: 0o770 }],
    ['open to everybody', [0, 0, 0o777], null],
    ['open to everybody, sticky', [0, 0, 0o1777], null],
    ["somebody else's", [1000, 1000, 0o700], { uid: 33, gid: 33, mode: 0o700 }],
    ['with set-group-id, which stays', [0, 0, 0o2755], { uid: 33, gid: 33, mode: 0o2755 }],
  ] as const)('of a directory that is %s', (_, [owner, group, bits], missing) => {
    const actual = { uid: uid(owner), gid: gid(group), mode: mode(bits) };

    expect(missingDirectoryAccess(actual, GLPI)).toEqual(missing);
  });

  it('misses nothing for a GLPI that runs as root', () => {
    const actual = { uid: uid(33), gid: gid(33), mode: mode(0) };

    expect(missingDirectoryAccess(actual, { uid: uid(0), gid: gid(0) })).toBeNull();
  });
});

describe('ensureDirectoryUsable', () => {
  it.skipIf(!isRoot)("makes a fresh directory of root's GLPI's, and touches nothing in it", () => {
    using directory = new TemporaryDirectory();
    const config = directory.at('config');
    mkdirSync(config, { mode: 0o755 });
    mkdirSync(directory.at('config', 'below'), { mode: 0o700 });
    writeFileSync(directory.at('config', 'file'), 'x', { mode: 0o600 });

    const outcomes = [ensureDirectoryUsable(config, GLPI), ensureDirectoryUsable(config, GLPI)];

    expect(outcomes).toEqual(['repaired', 'unchanged']);
    expect(accessOfPath(config)).toEqual([33, 33, 0o755]);
    expect(accessOfPath(directory.at('config', 'below'))).toEqual([0, 0, 0o700]);
    expect(accessOfPath(directory.at('config', 'file'))).toEqual([0, 0, 0o600]);
  });

  it('refuses a symlink, a file and an absent directory', () => {
    using directory = new TemporaryDirectory();
    mkdirSync(directory.at('real'), { mode: 0o700 });
    symlinkSync('real', directory.at('link'));
    writeFileSync(directory.at('file'), '');

    for (const name of ['link', 'file', 'absent']) {
      expect(() => ensureDirectoryUsable(directory.at(name), GLPI)).toThrow(
        expect.objectContaining({ code: 'config-directory-missing', target: directory.at(name) }),
      );
    }
    expect(statSync(directory.at('real')).mode & 0o777).toBe(0o700);
  });

  it.skipIf(!isRoot)('says, without the capabilities, what to run', () => {
    using directory = new TemporaryDirectory();
    using other = new OtherUser(54_321);
    chmodSync(directory.path, 0o755);

    const outcome = other.run(
      directory.path,
      "import { ensureDirectoryUsable } from './src/files/directory-access.ts';",
      'return ensureDirectoryUsable(path, { uid: 33, gid: 33 });',
    );

    expect(outcome).toMatchObject({
      code: 'access-not-repaired',
      try: expect.stringContaining(`chown 33:33 ${directory.path}`),
    });
  });
});

describe('createDirectory', () => {
  it.skipIf(!isRoot)('creates one directory with owner and mode below an existing one', () => {
    using directory = new TemporaryDirectory();
    const config = directory.at('config');

    const outcomes = [
      createDirectory(config, { ...GLPI, mode: mode(0o750) }),
      createDirectory(config, { uid: uid(1), gid: gid(1), mode: mode(0o777) }),
    ];

    expect(outcomes).toEqual(['created', 'exists']);
    expect(accessOfPath(config)).toEqual([33, 33, 0o750]);
  });

  it('leaves a symlink under the name alone, and does not create parents', () => {
    using directory = new TemporaryDirectory();
    symlinkSync('elsewhere', directory.at('link'));
    const access = { uid: null, gid: null, mode: mode(0o750) };

    const outcome = createDirectory(directory.at('link'), access);

    expect(outcome).toBe('exists');
    expect(() => createDirectory(directory.at('absent', 'config'), access)).toThrow(
      expect.objectContaining({ code: 'config-directory-missing', target: directory.at('absent') }),
    );
    expect(() => statSync(directory.at('elsewhere'))).toThrow('ENOENT');
  });

  it.skipIf(!isRoot)('leaves a directory that ensureDirectoryUsable can finish when the owner cannot be given', () => {
    using directory = new TemporaryDirectory();
    using other = new OtherUser(54_321);
    chownSync(directory.path, 54_321, 54_321);

    const outcome = other.run(
      directory.at('config'),
      "import { createDirectory } from './src/files/directory-access.ts';",
      'return createDirectory(path, { uid: 33, gid: 33, mode: 0o750 });',
    );
    const finished = ensureDirectoryUsable(directory.at('config'), GLPI);

    expect(outcome).toMatchObject({ code: 'access-not-repaired' });
    expect(finished).toBe('repaired');
    expect(accessOfPath(directory.at('config'))).toEqual([33, 33, 0o750]);
  });
});

function accessOfPath(path: string): [number, number, number] {
  const stats = statSync(path);
  return [stats.uid, stats.gid, stats.mode & 0o7777];
}
