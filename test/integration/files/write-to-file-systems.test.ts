import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { gid, mode, uid } from '../../../src/core/brand.ts';
import { repairAccess } from '../../../src/files/access.ts';
import { readGuarded } from '../../../src/files/read-file.ts';
import { createFile, replaceFile } from '../../../src/files/write-file.ts';
import { Mounts, mountTrouble } from './mounts.ts';
import { isAvailable } from './requirement.ts';

const OLD = Buffer.alloc(32, 'o');
const NEW = Buffer.alloc(32, 'n');
const ACCESS = { uid: uid(33), gid: gid(33), mode: mode(0o640) };

describe.skipIf(!isAvailable('mount', 'guarded files on real file systems', mountTrouble()))('guarded files', () => {
  it('are created and replaced on tmpfs', () => {
    using mounts = new Mounts();
    mounts.mount(mounts.directory.at('config'), '-t', 'tmpfs', 'tmpfs');
    const path = mounts.directory.at('config', 'glpicrypt.key');

    const outcome = createFile(path, OLD, ACCESS);
    using result = replaceFile(path, NEW, ACCESS, readGuarded(path));

    expect([outcome, result.late, result.unsynced]).toEqual(['created', null, null]);
    expect(readFileSync(path)).toEqual(NEW);
  });

  it.each([
    ['no space', 'size=64k'],
    ['no inode', 'size=64k,nr_inodes=3'],
  ])('stay as they are, with nothing half-written, where there is %s left', (_, option) => {
    using mounts = new Mounts();
    mounts.mount(mounts.directory.at('config'), '-t', 'tmpfs', '-o', option, 'tmpfs');
    const path = mounts.directory.at('config', 'glpicrypt.key');
    writeFileSync(path, OLD);
    fill(mounts.directory.at('config', 'filler'));
    const state = readGuarded(path);
    const full = expect.objectContaining({
      code: 'file-write-failed',
      message: expect.stringContaining('no space or no inodes left'),
      try: expect.stringContaining('df -h'),
    });

    expect(() => replaceFile(path, NEW, ACCESS, state)).toThrow(full);
    expect(() => createFile(mounts.directory.at('config', 'config_db.php'), NEW, ACCESS)).toThrow(full);
    expect(readFileSync(path)).toEqual(OLD);
    expect(readdirSync(mounts.directory.at('config')).sort()).toEqual(['filler', 'glpicrypt.key']);
  });

  it('stay as they are on a read-only mount, and the message names ":ro"', () => {
    using mounts = new Mounts();
    mounts.mount(mounts.directory.at('config'), '-t', 'tmpfs', 'tmpfs');
    const path = mounts.directory.at('config', 'glpicrypt.key');
    writeFileSync(path, OLD, { mode: 0o600 });
    mounts.mount(mounts.directory.at('config'), '-o', 'remount,ro', 'tmpfs');
    const state = readGuarded(path);
    const readOnly = (code: string) => expect.objectContaining({ code, try: expect.stringContaining('":ro"') });

    expect(() => replaceFile(path, NEW, ACCESS, state)).toThrow(readOnly('file-write-failed'));
    expect(() => createFile(mounts.directory.at('config', 'x'), NEW, ACCESS)).toThrow(readOnly('file-write-failed'));
    expect(() => repairAccess(path, ACCESS)).toThrow(readOnly('access-not-repaired'));
    expect(readFileSync(path)).toEqual(OLD);
  });

  it('that are mounted by themselves are read and repaired, but not replaced, and the message says why', () => {
    using mounts = new Mounts();
    const path = mounts.directory.at('glpicrypt.key');
    writeFileSync(path, '');
    writeFileSync(mounts.directory.at('host-key'), OLD);
    mounts.bindFile(mounts.directory.at('host-key'), path);
    const state = readGuarded(path);

    const repaired = repairAccess(path, ACCESS);

    expect(() => replaceFile(path, NEW, ACCESS, state)).toThrow(
      expect.objectContaining({ code: 'file-write-failed', message: expect.stringContaining('mounted by itself') }),
    );
    expect(repaired).toBe('repaired');
    expect(statSync(mounts.directory.at('host-key')).uid).toBe(33);
    expect(readFileSync(path)).toEqual(OLD);
    expect(readdirSync(mounts.directory.path).sort()).toEqual(['glpicrypt.key', 'host-key']);
  });

  it('that are immutable are named so', ({ skip }) => {
    using mounts = new Mounts();
    const path = mounts.directory.at('glpicrypt.key');
    writeFileSync(path, OLD);
    const { status } = spawnSync('chattr', ['+i', path]);
    skip(status !== 0, 'this file system has no immutable attribute');

    const repair = () => repairAccess(path, ACCESS);

    expect(repair).toThrow(
      expect.objectContaining({ code: 'access-not-repaired', try: expect.stringContaining(`chattr -ia ${path}`) }),
    );
    spawnSync('chattr', ['-i', path]);
  });
});

/** Uses up what is left of a small file system. */
function fill(path: string): void {
  writeFileSync(path, '');
  let size = 1024 * 1024;
  while (size >= 1) {
    const before = statSync(path).size;
    try {
      writeFileSync(path, Buffer.alloc(size), { flag: 'a' });
    } catch {
      truncateSync(path, Math.max(before, statSync(path).size));
      size = Math.floor(size / 2);
    }
  }
}
