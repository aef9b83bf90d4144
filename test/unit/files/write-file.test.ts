import {
  chmodSync,
  closeSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gid, mode, uid } from '../../../src/core/brand.ts';
import type { FileState } from '../../../src/core/guarded-set.ts';
import { readGuarded } from '../../../src/files/read-file.ts';
import { createFile, replaceFile } from '../../../src/files/write-file.ts';
import { OtherUser } from './other-user.ts';
import { isRoot } from './root.ts';
import { TemporaryDirectory } from './temporary-directory.ts';

const OLD = Buffer.alloc(32, 'o');
const NEW = Buffer.alloc(32, 'n');
const PLAIN = { uid: null, gid: null, mode: mode(0o640) };

describe('createFile', () => {
  it.skipIf(!isRoot)('creates a file with content, owner and mode, one name, and nothing beside it', () => {
    using directory = new TemporaryDirectory();
    const path = directory.at('glpicrypt.key');

    const outcome = createFile(path, NEW, { uid: uid(33), gid: gid(34), mode: mode(0o440) });

    const { uid: owner, gid: group, mode: bits, nlink } = statSync(path);
    expect(outcome).toBe('created');
    expect(readFileSync(path)).toEqual(NEW);
    expect([owner, group, bits & 0o7777, nlink]).toEqual([33, 34, 0o440, 1]);
    expect(readdirSync(directory.path)).toEqual(['glpicrypt.key']);
  });

  it.skipIf(!isRoot)('gives an owner or a group alone, and leaves the other as it is', () => {
    using directory = new TemporaryDirectory();
    const access = { ...PLAIN, uid: null, gid: null };

    createFile(directory.at('owner'), NEW, { ...access, uid: uid(33) });
    createFile(directory.at('group'), NEW, { ...access, gid: gid(34) });

    const idsOf = (name: string) => [statSync(directory.at(name)).uid, statSync(directory.at(name)).gid];
    expect([idsOf('owner'), idsOf('group')]).toEqual([
      [33, process.getegid?.()],
      [process.geteuid?.(), 34],
    ]);
  });

  it('gives the mode whatever the umask, and never a set-id bit', () => {
    using directory = new TemporaryDirectory();
    const umask = process.umask(0o777);

    createFile(directory.at('file'), NEW, { ...PLAIN, mode: mode(0o6664) });
    process.umask(umask);

    expect(statSync(directory.at('file')).mode & 0o7777).toBe(0o664);
  });

  it('leaves whatever lies under the name, and does not follow a symlink', () => {
    using directory = new TemporaryDirectory();
    writeFileSync(directory.at('file'), OLD);
    mkdirSync(directory.at('directory'));
    symlinkSync('target', directory.at('symlink'));

    const outcomes = ['file', 'directory', 'symlink'].map((name) => createFile(directory.at(name), NEW, PLAIN));

    expect(outcomes).toEqual(['exists', 'exists', 'exists']);
    expect(readFileSync(directory.at('file'))).toEqual(OLD);
    expect(readlinkSync(directory.at('symlink'))).toBe('target');
    expect(readdirSync(directory.path).sort()).toEqual(['directory', 'file', 'symlink']);
  });

  it('writes any bytes that readGuarded then reads', () => {
    using directory = new TemporaryDirectory();
    let count = 0;

    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const path = directory.at(`file-${count++}`);
        createFile(path, Buffer.from(bytes), PLAIN);
        const state = readGuarded(path);
        expect(state.kind === 'regular' && state.content.reveal()).toEqual(Buffer.from(bytes));
      }),
      { numRuns: 30 },
    );
  });

  it('says which directory is missing, or is a symlink, and writes nothing through it', () => {
    using directory = new TemporaryDirectory();
    mkdirSync(directory.at('real'));
    symlinkSync('real', directory.at('link'));

    expect(() => createFile(directory.at('absent', 'glpicrypt.key'), NEW, PLAIN)).toThrow(
      expect.objectContaining({ code: 'file-write-failed', try: expect.stringContaining(directory.at('absent')) }),
    );
    expect(() => createFile(directory.at('link', 'glpicrypt.key'), NEW, PLAIN)).toThrow(
      expect.objectContaining({ code: 'file-write-failed', try: expect.stringContaining('readlink -f') }),
    );
    expect(readdirSync(directory.at('real'))).toEqual([]);
  });

  it.skipIf(!isRoot)(
    'does not touch the name when the required owner cannot be given, and keeps its own when it may',
    () => {
      using directory = new TemporaryDirectory();
      using other = new OtherUser(54_321);
      chmodSync(directory.path, 0o777);
      const create = (name: string, owner: number, required: boolean) =>
        other.run(
          directory.at(name),
          "import { createFile } from './src/files/write-file.ts';",
          `return createFile(path, Buffer.alloc(32), { uid: ${owner}, gid: ${owner}, mode: 0o640, required: ${required} });`,
        );

      const results = [create('refused', 33, true), create('kept', 33, false), create('own', 54_321, true)];

      expect(results).toEqual([
        {
          code: 'access-not-repaired',
          message: expect.stringContaining('uid 54321 without the capabilities CHOWN'),
          try: expect.stringContaining('user: "33:33"'),
        },
        'owner-kept',
        'created',
      ]);
      expect(readdirSync(directory.path).sort()).toEqual(['kept', 'own']);
    },
  );

  it.skipIf(!isRoot)('says who may not write when the directory is closed', () => {
    using directory = new TemporaryDirectory();
    using other = new OtherUser(54_321);
    chmodSync(directory.path, 0o755);

    const result = other.run(
      directory.at('glpicrypt.key'),
      "import { createFile } from './src/files/write-file.ts';",
      'return createFile(path, Buffer.alloc(32), { uid: null, gid: null, mode: 0o640 });',
    );

    expect(result).toMatchObject({ code: 'file-write-failed', message: expect.stringContaining('uid 54321 may not') });
  });
});

describe('replaceFile', () => {
  it('replaces the content under the name and leaves nothing beside it', () => {
    using directory = new TemporaryDirectory();
    const path = directory.at('glpicrypt.key');
    writeFileSync(path, OLD);

    using result = replaceFile(path, NEW, { ...PLAIN, mode: mode(0o604) }, readGuarded(path));

    expect(result).toMatchObject({ late: null, ownerKept: false, unsynced: null });
    expect(readFileSync(path)).toEqual(NEW);
    expect(lstatSync(path).mode & 0o7777).toBe(0o604);
    expect(readdirSync(directory.path)).toEqual(['glpicrypt.key']);
  });

  it('leaves the old content to a second hard link', () => {
    using directory = new TemporaryDirectory();
    const path = directory.at('glpicrypt.key');
    writeFileSync(path, OLD);
    linkSync(path, directory.at('snapshot'));

    using _result = replaceFile(path, NEW, PLAIN, readGuarded(path));

    expect(readFileSync(path)).toEqual(NEW);
    expect(readFileSync(directory.at('snapshot'))).toEqual(OLD);
    expect(lstatSync(path).nlink).toBe(1);
  });

  it('gives back, once, what is written into the old file afterwards, and nothing after its release', () => {
    using directory = new TemporaryDirectory();
    const path = directory.at('glpicrypt.key');
    writeFileSync(path, OLD);
    const descriptors = readdirSync('/proc/self/fd').length;
    const writer = openSync(path, 'r+');

    using result = replaceFile(path, NEW, PLAIN, readGuarded(path));
    const unchanged = result.recheck();
    writeSync(writer, Buffer.alloc(32, 'l'), 0, 32, 0);
    closeSync(writer);
    const changed = result.recheck();
    const again = result.recheck();
    result.release();
    result.release();

    expect([unchanged, changed, again]).toEqual([null, Buffer.alloc(32, 'l'), null]);
    expect(result.recheck()).toBeNull();
    expect(readdirSync('/proc/self/fd').length).toBe(descriptors);
    expect(readFileSync(path)).toEqual(NEW);
  });

  it('takes a file of the same content for the one that was judged, whoever wrote it again', () => {
    using directory = new TemporaryDirectory();
    const path = directory.at('glpicrypt.key');
    writeFileSync(path, OLD);
    const judged = readGuarded(path);
    writeFileSync(directory.at('copy'), OLD);
    renameSync(directory.at('copy'), path);

    using _result = replaceFile(path, NEW, PLAIN, judged);

    expect(readFileSync(path)).toEqual(NEW);
  });

  it('refuses a file that changed, vanished, or became a symlink since it was judged', () => {
    using directory = new TemporaryDirectory();
    const judged = judgedOld(directory);
    writeFileSync(directory.at('changed'), 'another key');
    writeFileSync(directory.at('target'), OLD);
    symlinkSync('target', directory.at('symlink'));

    for (const name of ['changed', 'absent', 'symlink']) {
      expect(() => replaceFile(directory.at(name), NEW, PLAIN, judged)).toThrow(
        expect.objectContaining({ code: 'file-changed' }),
      );
    }
    expect(readFileSync(directory.at('changed'), 'utf8')).toBe('another key');
    expect(readFileSync(directory.at('target'))).toEqual(OLD);
    expect(readdirSync(directory.path).sort()).toEqual(['changed', 'judged', 'symlink', 'target']);
  });

  it.each<[FileState, string]>([
    [{ kind: 'absent' }, 'file-changed'],
    [{ kind: 'special', type: 'directory' }, 'file-not-regular'],
    [{ kind: 'special', type: 'symlink' }, 'file-not-regular'],
    [{ kind: 'unreadable', cause: 'EIO' }, 'file-unreadable'],
    [
      { kind: 'oversized', size: 70_000, access: { uid: uid(0), gid: gid(0), mode: mode(0o600), links: 1 } },
      'file-unreadable',
    ],
  ])('never replaces what was not read: %j', (expected, code) => {
    using directory = new TemporaryDirectory();
    writeFileSync(directory.at('file'), OLD);

    expect(() => replaceFile(directory.at('file'), NEW, PLAIN, expected)).toThrow(expect.objectContaining({ code }));
    expect(readFileSync(directory.at('file'))).toEqual(OLD);
  });
});

function judgedOld(directory: TemporaryDirectory): FileState {
  writeFileSync(directory.at('judged'), OLD);
  return readGuarded(directory.at('judged'));
}
