import { type BigIntStats, constants, fstatSync, lstatSync, readSync } from 'node:fs';
import { type AbsolutePath, gid, mode, uid } from '../core/brand.ts';
import { systemCode } from '../core/failure.ts';
import {
  type FileAccess,
  type FileState,
  GUARDED_FILE_LIMIT,
  GUARDED_FILES,
  type GuardedSet,
  KEY_FILE,
} from '../core/guarded-set.ts';
import { Secret } from '../core/secret.ts';
import { sha256Of } from '../sha256.ts';
import { Descriptor } from './descriptor.ts';
import { openDirectory } from './directory-handle.ts';

/**
 * Flags for looking at what lies under a guarded name: a symlink is not followed, a FIFO does not block, a terminal
 * does not become ours.
 */
export const READ_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;

// GLPI writes its key with one truncate and one write, microseconds apart: a few looks suffice.
const READ_ATTEMPTS = 5;

/** The guarded set with the state of its directory; `cause` is the system error's name where it is `unreadable`. */
export interface GuardedDirectory {
  readonly directory: 'present' | 'absent' | 'unreadable';
  readonly cause?: string;
  readonly files: GuardedSet;
}

/**
 * What lies under `path`, read through one descriptor (lstat, open, fstat, read, fstat, close); what is not a regular file
 * is not opened. At most 64 KiB and one byte are read. A file that changes while it is read is read again, a bounded
 * number of times; one that never rests is `unreadable` with the cause `EAGAIN`. Never throws for what it finds there.
 */
export function readGuarded(path: AbsolutePath): FileState {
  return readName(path);
}

/**
 * All guarded files of `directory`, held by its descriptor meanwhile. A directory that is a symlink or no directory is
 * `unreadable` (`ENOTDIR`); so is one that Keykeeper may not enter (`EACCES`, told by the files).
 */
export function readGuardedSet(directory: AbsolutePath): GuardedDirectory {
  try {
    using handle = openDirectory(directory, 'look');
    const files = setOf((name) => readName(handle.entry(name)));
    const barred = GUARDED_FILES.every((name) => files[name].kind === 'unreadable');
    const first = files[KEY_FILE];
    return barred && first.kind === 'unreadable'
      ? { directory: 'unreadable', cause: first.cause, files }
      : { directory: 'present', files };
  } catch (error) {
    const cause = systemCode(error);
    if (cause === undefined) throw error;
    if (cause === 'ENOENT') return { directory: 'absent', files: setOf(() => ({ kind: 'absent' })) };
    return { directory: 'unreadable', cause, files: setOf(() => ({ kind: 'unreadable', cause })) };
  }
}

/** Reads an open descriptor from its start, as {@link readGuarded} does a path. */
export function readDescriptor(descriptor: number): FileState {
  let before = fstatSync(descriptor, { bigint: true });
  const type = specialType(before);
  if (type !== null) return { kind: 'special', type };
  for (let attempt = 0; attempt < READ_ATTEMPTS; attempt++) {
    if (before.size > GUARDED_FILE_LIMIT) return oversized(before);
    const read = readBytes(descriptor, Number(before.size));
    if (typeof read === 'string') return { kind: 'unreadable', cause: read, access: accessOf(before) };
    const after = fstatSync(descriptor, { bigint: true });
    if (read.length > GUARDED_FILE_LIMIT) return oversized(after);
    const rested = versionOf(after) === versionOf(before) && read.length === Number(after.size);
    if (rested) return regular(read, after);
    before = after;
  }
  return { kind: 'unreadable', cause: 'EAGAIN', access: accessOf(before) };
}

/** Owner, permission bits and link count out of a stat. */
export function accessOf(stats: BigIntStats): FileAccess {
  return {
    uid: uid(Number(stats.uid)),
    gid: gid(Number(stats.gid)),
    mode: mode(Number(stats.mode)),
    links: Number(stats.nlink),
  };
}

/** The type of what is not a regular file, or null. */
export function specialType(stats: BigIntStats): Extract<FileState, { kind: 'special' }>['type'] | null {
  if (stats.isFile()) return null;
  if (stats.isDirectory()) return 'directory';
  if (stats.isSymbolicLink()) return 'symlink';
  if (stats.isFIFO()) return 'fifo';
  if (stats.isSocket()) return 'socket';
  return 'device';
}

function readName(path: string): FileState {
  let access: FileAccess | undefined;
  try {
    // Most names of the set are absent, and an open that fails costs ten times this: Node makes an Error with a stack.
    const named = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    if (named === undefined) return { kind: 'absent' };
    const type = specialType(named);
    if (type !== null) return { kind: 'special', type };
    access = accessOf(named);
    using descriptor = new Descriptor(path, READ_FLAGS);
    return readDescriptor(descriptor.number);
  } catch (error) {
    return unopened(error, access);
  }
}

function unopened(error: unknown, access: FileAccess | undefined): FileState {
  const cause = systemCode(error);
  switch (cause) {
    case undefined:
      throw error;
    case 'ENOENT':
      return { kind: 'absent' };
    // It became one of these between the two calls.
    case 'ELOOP':
      return { kind: 'special', type: 'symlink' };
    case 'ENXIO':
      return { kind: 'special', type: 'socket' };
    default:
      return access === undefined ? { kind: 'unreadable', cause } : { kind: 'unreadable', cause, access };
  }
}

/** At most the limit and one byte, or the name of the error. A short read that ends at `size` is the end of the file. */
function readBytes(descriptor: number, size: number): Buffer | string {
  // One byte more than the file had: a file that grew shows it without another call.
  const buffer = Buffer.alloc(size + 1);
  let length = 0;
  try {
    while (length < buffer.length) {
      const count = readSync(descriptor, buffer, length, buffer.length - length, length);
      length += count;
      if (count === 0 || length === size) break;
    }
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    return code;
  }
  return buffer.subarray(0, length);
}

function regular(content: Buffer, stats: BigIntStats): FileState {
  return {
    kind: 'regular',
    content: new Secret(content),
    size: content.length,
    sha256: sha256Of(content),
    access: accessOf(stats),
    version: versionOf(stats),
  };
}

function oversized(stats: BigIntStats): FileState {
  return { kind: 'oversized', size: Number(stats.size), access: accessOf(stats) };
}

/** Whether a {@link FileState}'s version was told of this very inode, whatever became of its content since. */
export function isVersionOf(version: string, stats: BigIntStats): boolean {
  return version.startsWith(`${stats.dev}:${stats.ino}:`);
}

function versionOf(stats: BigIntStats): string {
  return `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeNs}:${stats.ctimeNs}`;
}

function setOf(read: (name: (typeof GUARDED_FILES)[number]) => FileState): GuardedSet {
  return {
    'glpicrypt.key': read('glpicrypt.key'),
    'config_db.php': read('config_db.php'),
    'config_db_slave.php': read('config_db_slave.php'),
    'local_define.php': read('local_define.php'),
    'glpi.key': read('glpi.key'),
    'oauth.pem': read('oauth.pem'),
    'oauth.pub': read('oauth.pub'),
  };
}
