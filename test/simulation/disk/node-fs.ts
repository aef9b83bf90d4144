import { constants, type OpenMode, type PathLike } from 'node:fs';
import { theMachine } from '../machine/machine.ts';
import { currentProcess } from '../machine/process.ts';
import type { Inode } from './inode.ts';
import { statsOf } from './stats.ts';
import { systemError } from './system-error.ts';

/** Stands for `node:fs` in the product's modules: the calls that a keeper and a directory vault make. */
export { constants };

interface StatOptions {
  readonly bigint?: boolean;
  readonly throwIfNoEntry?: boolean;
}

const O_PATH = 0o10000000;
const disk = () => theMachine().disk;

function must(path: PathLike, call: string): Inode {
  const found = disk().find(String(path));
  if (found === undefined) throw systemError('ENOENT', call);
  return found;
}

export function openSync(path: PathLike, flags: OpenMode = constants.O_RDONLY, mode: number | string = 0o666): number {
  disk().enter('open');
  const bits = Number(flags);
  let found = disk().find(String(path));
  if (found === undefined) {
    if ((bits & constants.O_CREAT) === 0) throw systemError('ENOENT', 'open');
    found = disk().newInode('file', Number(mode));
    disk().setName(String(path), found);
  } else if ((bits & constants.O_EXCL) !== 0) throw systemError('EEXIST', 'open');
  if ((bits & constants.O_DIRECTORY) !== 0 && found.kind !== 'directory') throw systemError('ENOTDIR', 'open');
  if ((bits & constants.O_TRUNC) !== 0) found.content = Buffer.alloc(0);
  return disk().open(found, bits);
}

export function closeSync(descriptor: number): void {
  disk().enter('close');
  disk().close(descriptor);
}

export function fstatSync(descriptor: number, options: StatOptions = {}): object {
  disk().enter('fstat');
  return statsOf(disk().opened(descriptor).inode, options.bigint === true);
}

export function lstatSync(path: PathLike, options: StatOptions = {}): object | undefined {
  disk().enter('lstat');
  try {
    return statsOf(must(path, 'lstat'), options.bigint === true);
  } catch (error) {
    if (options.throwIfNoEntry === false && (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export const statSync = lstatSync;

export function readSync(descriptor: number, buffer: Buffer, offset: number, length: number, position: number): number {
  disk().enter('read');
  const { inode, flags } = disk().opened(descriptor);
  if ((flags & O_PATH) !== 0) throw systemError('EBADF', 'read');
  return inode.content.copy(buffer, offset, position, Math.min(position + length, inode.content.length));
}

export function writeSync(descriptor: number, bytes: Uint8Array, offset = 0): number {
  disk().enter('write');
  const { inode } = disk().opened(descriptor);
  const whole = Buffer.from(bytes).subarray(offset);
  // A short write now and then: write(2) may.
  const part = whole.length > 1 && theMachine().random.chance(5) ? whole.subarray(0, whole.length >> 1) : whole;
  inode.content = Buffer.concat([inode.content.subarray(0, offset), part]);
  inode.touch(disk().now(), true);
  return part.length;
}

export function fsyncSync(descriptor: number): void {
  disk().enter('fsync');
  disk().sync(disk().opened(descriptor).inode);
}

export function linkSync(from: PathLike, to: PathLike): void {
  disk().enter('link');
  const inode = must(from, 'link');
  if (disk().find(String(to)) !== undefined) throw systemError('EEXIST', 'link');
  disk().setName(String(to), inode);
}

export function renameSync(from: PathLike, to: PathLike): void {
  disk().enter('rename');
  const inode = must(from, 'rename');
  disk().setName(String(to), inode);
  disk().setName(String(from), null);
}

export function unlinkSync(path: PathLike): void {
  disk().enter('unlink');
  must(path, 'unlink');
  disk().setName(String(path), null);
}

export function mkdirSync(path: PathLike, mode: number | { readonly mode?: number } = 0o777): void {
  disk().enter('mkdir');
  if (disk().find(String(path)) !== undefined) throw systemError('EEXIST', 'mkdir');
  disk().setName(String(path), disk().newInode('directory', typeof mode === 'number' ? mode : (mode.mode ?? 0o777)));
}

export function readdirSync(path: PathLike): string[] {
  disk().enter('readdir');
  const found = must(path, 'readdir');
  if (found.kind !== 'directory') throw systemError('ENOTDIR', 'readdir');
  return [...found.entries.keys()];
}

export function realpathSync(path: PathLike): string {
  must(path, 'realpath');
  return String(path);
}
realpathSync.native = realpathSync;

export function readlinkSync(path: PathLike): string {
  if (String(path) === '/proc/self/ns/pid') return `pid:[${currentProcess()?.namespace ?? 1}]`;
  throw systemError('EINVAL', 'readlink');
}

export function readFileSync(path: PathLike, encoding?: string): string | Buffer {
  if (String(path).startsWith('/proc/')) throw systemError('ENOENT', 'open');
  disk().enter('open');
  const { content } = must(path, 'open');
  return encoding === undefined ? content : content.toString('utf8');
}

export function fchmodSync(descriptor: number, mode: number): void {
  disk().enter('fchmod');
  disk().opened(descriptor).inode.mode = mode & 0o7777;
}

export function fchownSync(descriptor: number, uid: number, gid: number): void {
  disk().enter('fchown');
  own(disk().opened(descriptor).inode, uid, gid);
}

export function chmodSync(path: PathLike, mode: number): void {
  disk().enter('chmod');
  must(path, 'chmod').mode = mode & 0o7777;
}

export function chownSync(path: PathLike, uid: number, gid: number): void {
  disk().enter('chown');
  own(must(path, 'chown'), uid, gid);
}

export function futimesSync(descriptor: number, _accessed: number, modified: number): void {
  disk().enter('futimes');
  disk().opened(descriptor).inode.modified = modified * 1000;
}

export function accessSync(path: PathLike): void {
  must(path, 'access');
}

export function statfsSync(): never {
  throw systemError('ENOSYS', 'statfs');
}

function own(inode: Inode, uid: number, gid: number): void {
  if (uid !== -1) inode.uid = uid;
  if (gid !== -1) inode.gid = gid;
  inode.touch(disk().now(), false);
}

export function opendirSync(path: PathLike): object {
  const names = readdirSync(path);
  const directory = must(path, 'opendir');
  let at = 0;
  return {
    readSync: () => {
      const name = names[at];
      at += 1;
      const found = name === undefined ? undefined : directory.entries.get(name);
      if (name === undefined || found === undefined) return null;
      return { name, isFile: () => found.kind === 'file', isDirectory: () => found.kind === 'directory' };
    },
    closeSync: () => {},
  };
}

/** As in node:fs: the callback comes later, and never to a process that is dead by then. */
export function fsync(descriptor: number, callback: (error: Error | null) => void): void {
  let failure: Error | null = null;
  try {
    fsyncSync(descriptor);
  } catch (error) {
    failure = error as Error;
  }
  void theMachine()
    .clock.wait(1)
    .then(() => callback(failure));
}
