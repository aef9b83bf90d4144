import { constants, fstatSync, linkSync, lstatSync, renameSync, unlinkSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { type AbsolutePath, absolutePath } from '../core/brand.ts';
import { Failure, systemCode } from '../core/failure.ts';
import type { FileState } from '../core/guarded-set.ts';
import { Descriptor } from './descriptor.ts';
import { type DirectoryHandle, isSameInode, openDirectory } from './directory-handle.ts';
import { fileChanged, holdFile } from './held-file.ts';
import { fill, type NewFileAccess, type TemporaryFile, writeTemporary } from './temporary-file.ts';
import { writeFailure } from './write-failure.ts';

export { leftovers } from './leftovers.ts';

/** `owner-kept`: created, but with Keykeeper's own owner; only where `required` is false. */
export type CreateOutcome = 'created' | 'owner-kept' | 'exists';

/** A file was replaced; the old one is held until {@link ReplaceResult.release} (or the end of a `using` block). */
export interface ReplaceResult extends Disposable {
  /** What somebody wrote into the old file after it was judged (0 bytes: it was truncated), or null. */
  readonly late: Buffer | null;
  /** The new file has Keykeeper's own owner; only where `required` is false. */
  readonly ownerKept: boolean;
  /** The new file is in place, but the directory could not be synced: a power cut may bring the old one back. */
  readonly unsynced: Failure | null;
  /** A second look at the old file, a moment later: its content if it changed since the last look, else null. */
  recheck(): Buffer | null;
  /** Closes the old file. May be called twice. */
  release(): void;
}

// link(2) on FAT, on some FUSE and network file systems; EPERM also where fs.protected_hardlinks forbids it.
const LINK_REFUSED = new Set(['EPERM', 'EOPNOTSUPP', 'ENOTSUP', 'ENOSYS', 'EMLINK']);

/**
 * Creates `path` with `content`, or leaves whatever lies there ('exists': a symlink or a directory too). Never
 * overwrites, never follows. The file appears complete, with owner and mode, synced, or not at all: a temporary file in
 * the same directory is linked to the name.
 *
 * Killed before the link: no file, and a temporary one for {@link leftovers}. Between the link and the removal of the
 * temporary name: the complete file with a second name, until `leftovers`. After that: done.
 *
 * Where the file system has no link(2), the name itself is created exclusively, given mode and owner, then written: killed
 * there, it can be left empty or short, which the next run finds malformed and replaces.
 *
 * Throws the Failure 'access-not-repaired' (the required owner cannot be given), 'file-changed' (the directory was
 * swapped) or 'file-write-failed'. The name is untouched then, unless the message says that the file is in place and only
 * the directory could not be synced.
 */
export function createFile(path: AbsolutePath, content: Buffer, access: NewFileAccess): CreateOutcome {
  try {
    using directory = openDirectory(parentOf(path), 'write');
    using temporary = writeTemporary(directory, path, content, access);
    mustStillBeNamed(directory, path);
    const name = directory.entry(basename(path));
    const outcome = linkTemporary(temporary, name) ?? createInPlace(name, path, content, access);
    temporary.remove();
    if (outcome === 'exists') return outcome;
    const unsynced = syncDirectory(directory, path);
    if (unsynced !== null) throw unsynced;
    return outcome;
  } catch (error) {
    throw writeFailure(path, error);
  }
}

/**
 * Replaces `path` by rename, if it still has the content of `expected` (which must be a regular file: what was not read is
 * never replaced). The old file is held: see {@link ReplaceResult}. A second hard link keeps the old file and content.
 *
 * Killed before the rename: the old file, and a temporary one for {@link leftovers}. After it: the new file.
 *
 * The last look and the rename are two system calls: a file that is *renamed or created* under the name exactly between
 * them is lost unseen, for Linux's atomic exchange (renameat2) is out of Node's reach. Bytes *written into* the old file
 * are not lost: they are in `late`, or come with `recheck`.
 *
 * Throws the Failure 'file-changed' (the file, or its directory, is another one now), 'file-not-regular',
 * 'file-unreadable', 'access-not-repaired' or 'file-write-failed': the old file is untouched then.
 */
export function replaceFile(
  path: AbsolutePath,
  content: Buffer,
  access: NewFileAccess,
  expected: FileState,
): ReplaceResult {
  using prepared = prepareReplacement(path, content, access, expected);
  return prepared.commit();
}

/** A replacement that lacks nothing but its rename. Disposed of without {@link commit}, nothing was replaced. */
export interface PreparedReplacement extends Disposable {
  /** Throws the Failure 'file-changed' where the file is no longer the one that is to be replaced. */
  check(): void;
  /** Renames, once. Throws as {@link replaceFile}. */
  commit(): ReplaceResult;
}

/**
 * The first half of {@link replaceFile}: the new file lies complete and synced beside the old one, with its owner and
 * mode, so that little is left that can fail. Throws what replaceFile throws.
 */
export function prepareReplacement(
  path: AbsolutePath,
  content: Buffer,
  access: NewFileAccess,
  expected: FileState,
): PreparedReplacement {
  try {
    using untilPrepared = new DisposableStack();
    const directory = untilPrepared.use(openDirectory(parentOf(path), 'write'));
    const name = directory.entry(basename(path));
    const untilReplaced = untilPrepared.use(new DisposableStack());
    const held = untilReplaced.use(holdFile(name, path, expected));
    const temporary = untilPrepared.use(writeTemporary(directory, path, content, access));
    const check = () => {
      mustStillBeNamed(directory, path);
      if (!held.isStill(name)) throw fileChanged(path);
    };
    const commit = (): ReplaceResult => {
      try {
        check();
        renameSync(temporary.path, name);
        temporary.moved();
        const unsynced = syncDirectory(directory, path);
        const late = held.newBytes();
        const holder = untilReplaced.move();
        return {
          late,
          ownerKept: temporary.ownerKept,
          unsynced,
          recheck: () => held.newBytes(),
          release: () => holder.dispose(),
          [Symbol.dispose]: () => holder.dispose(),
        };
      } catch (error) {
        throw writeFailure(path, error);
      }
    };
    const holder = untilPrepared.move();
    return { check, commit, [Symbol.dispose]: () => holder.dispose() };
  } catch (error) {
    throw writeFailure(path, error);
  }
}

/** Null where the file system has no link(2). */
function linkTemporary(temporary: TemporaryFile, name: string): CreateOutcome | null {
  try {
    linkSync(temporary.path, name);
    return temporary.ownerKept ? 'owner-kept' : 'created';
  } catch (error) {
    const code = systemCode(error) ?? '';
    if (code === 'EEXIST') return 'exists';
    if (LINK_REFUSED.has(code)) return null;
    throw error;
  }
}

function createInPlace(name: string, path: AbsolutePath, content: Buffer, access: NewFileAccess): CreateOutcome {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  try {
    using descriptor = new Descriptor(name, flags, 0o600);
    try {
      return fill(descriptor.number, path, content, access) ? 'created' : 'owner-kept';
    } catch (error) {
      removeOwn(descriptor, name);
      throw error;
    }
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return 'exists';
    throw error;
  }
}

/** Takes a half-written file away again, unless the name is another file's by now. */
function removeOwn(descriptor: Descriptor, name: string): void {
  const named = lstatSync(name, { bigint: true, throwIfNoEntry: false });
  if (isSameInode(named, fstatSync(descriptor.number, { bigint: true }))) unlinkSync(name);
}

function mustStillBeNamed(directory: DirectoryHandle, path: AbsolutePath): void {
  if (directory.isStillNamed()) return;
  throw new Failure('file-changed', `${directory.path} became another directory while ${path} was written`, {
    target: directory.path,
    expected: 'the same directory from the first look to the last',
    try: `see who renames or mounts it: ls -ld ${directory.path}`,
  });
}

function syncDirectory(directory: DirectoryHandle, path: AbsolutePath): Failure | null {
  try {
    directory.sync();
    return null;
  } catch (error) {
    return new Failure(
      'file-write-failed',
      `${path} is in place, but its directory could not be synced (${systemCode(error) ?? 'unknown'})`,
      {
        target: directory.path,
        expected: 'a directory whose changes reach the disk',
        try: "look for the disk in the host's kernel log: dmesg | tail",
        cause: error,
      },
    );
  }
}

function parentOf(path: AbsolutePath): AbsolutePath {
  return absolutePath(dirname(path));
}
