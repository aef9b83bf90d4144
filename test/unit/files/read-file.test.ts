import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, linkSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { absolutePath } from '../../../src/core/brand.ts';
import { type FileState, GUARDED_FILES } from '../../../src/core/guarded-set.ts';
import { Descriptor } from '../../../src/files/descriptor.ts';
import { READ_FLAGS, readGuarded, readGuardedSet } from '../../../src/files/read-file.ts';
import { OtherUser } from './other-user.ts';
import { isRoot } from './root.ts';
import { TemporaryDirectory } from './temporary-directory.ts';

const KEY = Buffer.from('000d0a25410025ff0102030405060708090a0b0c0d0e0f101112131415161718', 'hex');

describe('readGuarded', () => {
  it('reads the bytes of a regular file as they are, with size, hash, owner, mode and links', () => {
    using directory = new TemporaryDirectory();
    const path = directory.at('glpicrypt.key');
    writeFileSync(path, KEY);
    chmodSync(path, 0o640);
    linkSync(path, directory.at('second-name'));

    const state = regular(readGuarded(path));

    expect(state.content.reveal()).toEqual(KEY);
    expect(state.size).toBe(32);
    expect(state.sha256).toBe(createHash('sha256').update(KEY).digest('hex'));
    expect(state.access).toEqual({ uid: process.getuid?.(), gid: process.getgid?.(), mode: 0o640, links: 2 });
  });

  it('gives the same version to an untouched file and another to a rewritten one', () => {
    using directory = new TemporaryDirectory();
    const path = directory.at('glpicrypt.key');
    writeFileSync(path, KEY);

    const before = regular(readGuarded(path));
    const untouched = regular(readGuarded(path));
    writeFileSync(path, 'something of another length');
    const rewritten = regular(readGuarded(path));

    expect(untouched.version).toBe(before.version);
    expect(rewritten.version).not.toBe(before.version);
  });

  it.each([0, 1, 31, 33, 4096, 65_536])('reads a file of %i bytes whole', (size) => {
    using directory = new TemporaryDirectory();
    writeFileSync(directory.at('file'), Buffer.alloc(size, 7));

    expect(regular(readGuarded(directory.at('file'))).content.reveal()).toEqual(Buffer.alloc(size, 7));
  });

  it.each([65_537, 10 * 1024 ** 3])('does not read a file of %i bytes', (size) => {
    using directory = new TemporaryDirectory();
    writeFileSync(directory.at('file'), '');
    truncateSync(directory.at('file'), size);

    expect(readGuarded(directory.at('file'))).toMatchObject({ kind: 'oversized', size });
  });

  it('tells what is absent, and neither follows nor opens what is not a regular file', async () => {
    using directory = new TemporaryDirectory();
    mkdirSync(directory.at('directory'));
    writeFileSync(directory.at('file'), KEY);
    symlinkSync(directory.at('file'), directory.at('symlink'));
    symlinkSync('nowhere', directory.at('dangling'));
    symlinkSync('loop', directory.at('loop'));
    spawnSync('mkfifo', [directory.at('fifo')]);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(directory.at('socket'), resolve));

    const found = ['nothing', 'directory', 'symlink', 'dangling', 'loop', 'fifo', 'socket'].map((name) =>
      readGuarded(directory.at(name)),
    );
    const device = readGuarded(absolutePath('/dev/null'));
    server.close();

    expect(found).toEqual([
      { kind: 'absent' },
      { kind: 'special', type: 'directory' },
      { kind: 'special', type: 'symlink' },
      { kind: 'special', type: 'symlink' },
      { kind: 'special', type: 'symlink' },
      { kind: 'special', type: 'fifo' },
      { kind: 'special', type: 'socket' },
    ]);
    expect(device).toEqual({ kind: 'special', type: 'device' });
  });

  it('opens no symlink, even one that comes between the look at the name and the opening', () => {
    using directory = new TemporaryDirectory();
    writeFileSync(directory.at('file'), KEY);
    symlinkSync('file', directory.at('symlink'));

    expect(() => new Descriptor(directory.at('symlink'), READ_FLAGS)).toThrow('ELOOP');
  });

  it('sees a file that is rewritten all the time either empty or whole, never a mixture', async () => {
    using directory = new TemporaryDirectory();
    const path = directory.at('glpicrypt.key');
    const writer = new Worker(
      `const { writeFileSync } = require('node:fs');
       const { workerData, parentPort } = require('node:worker_threads');
       for (let round = 0; ; round++) {
         writeFileSync(workerData, Buffer.alloc(32, round % 2 === 0 ? 'a' : 'b'));
         if (round === 0) parentPort.postMessage('writing');
       }`,
      { eval: true, workerData: path },
    );
    await new Promise((resolve) => writer.once('message', resolve));

    const seen = new Set<string>();
    for (let look = 0; look < 2_000; look++) {
      const state = readGuarded(path);
      seen.add(state.kind === 'regular' ? state.content.reveal().toString() : `${state.kind} ${causeOf(state)}`);
    }
    await writer.terminate();

    const allowed = new Set(['', 'a'.repeat(32), 'b'.repeat(32), 'unreadable EAGAIN']);
    expect([...seen].filter((content) => !allowed.has(content))).toEqual([]);
    expect(seen.size).toBeGreaterThan(1);
  });

  it.skipIf(!isRoot)('tells owner and mode of a file that it may not read', () => {
    using directory = new TemporaryDirectory();
    using other = new OtherUser(54_321);
    chmodSync(directory.path, 0o755);
    writeFileSync(directory.at('glpicrypt.key'), KEY, { mode: 0o600 });

    const state = other.run(
      directory.at('glpicrypt.key'),
      "import { readGuarded } from './src/files/read-file.ts';",
      'return readGuarded(path);',
    );

    expect(state).toEqual({
      kind: 'unreadable',
      cause: 'EACCES',
      access: { uid: 0, gid: 0, mode: 0o600, links: 1 },
    });
  });
});

describe('readGuardedSet', () => {
  it('reads every guarded file of a directory and tells the absent ones', () => {
    using directory = new TemporaryDirectory();
    writeFileSync(directory.at('glpicrypt.key'), KEY);
    writeFileSync(directory.at('oauth.pub'), 'public');

    const { directory: found, files } = readGuardedSet(directory.path);

    expect(found).toBe('present');
    expect(regular(files['glpicrypt.key']).content.reveal()).toEqual(KEY);
    expect(regular(files['oauth.pub']).content.reveal().toString()).toBe('public');
    expect(GUARDED_FILES.filter((name) => files[name].kind === 'absent')).toHaveLength(5);
  });

  it('calls an absent directory absent, with absent files', () => {
    using directory = new TemporaryDirectory();

    const { directory: found, files } = readGuardedSet(directory.at('config'));

    expect(found).toBe('absent');
    expect(new Set(Object.values(files).map((state) => state.kind))).toEqual(new Set(['absent']));
  });

  it('does not follow a symlink in the place of the directory, nor read a file there', () => {
    using directory = new TemporaryDirectory();
    mkdirSync(directory.at('elsewhere'));
    writeFileSync(directory.at('elsewhere', 'glpicrypt.key'), KEY);
    symlinkSync('elsewhere', directory.at('link'));
    writeFileSync(directory.at('file'), '');

    const sets = [readGuardedSet(directory.at('link')), readGuardedSet(directory.at('file'))];

    for (const set of sets) {
      expect(set).toMatchObject({ directory: 'unreadable', cause: 'ENOTDIR' });
      expect(set.files['glpicrypt.key']).toEqual({ kind: 'unreadable', cause: 'ENOTDIR' });
    }
  });

  it.skipIf(!isRoot)('calls a directory that it may not enter unreadable, and reads one that it may only enter', () => {
    using directory = new TemporaryDirectory();
    using other = new OtherUser(54_321);
    writeFileSync(directory.at('glpicrypt.key'), KEY, { mode: 0o644 });
    const read = () =>
      other.run(
        directory.path,
        "import { readGuardedSet } from './src/files/read-file.ts';",
        "const set = readGuardedSet(path); return [set.directory, set.cause ?? null, set.files['glpicrypt.key'].kind];",
      );

    chmodSync(directory.path, 0o700);
    const closed = read();
    chmodSync(directory.path, 0o711);
    const enterable = read();

    expect(closed).toEqual(['unreadable', 'EACCES', 'unreadable']);
    expect(enterable).toEqual(['present', null, 'regular']);
  });
});

function regular(state: FileState): Extract<FileState, { kind: 'regular' }> {
  if (state.kind !== 'regular') throw new Error(`expected a regular file, found ${state.kind}`);
  return state;
}

function causeOf(state: FileState): string {
  return state.kind === 'unreadable' ? state.cause : '';
}
