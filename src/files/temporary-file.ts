import { randomBytes } from 'node:crypto';
import { constants, fchmodSync, fchownSync, fstatSync, fsyncSync, readlinkSync, unlinkSync, writeSync } from 'node:fs';
import type { AbsolutePath, Gid, Mode, Uid } from '../core/brand.ts';
import { systemCode } from '../core/failure.ts';
import { accessFailure } from './access-failure.ts';
import { Descriptor } from './descriptor.ts';
import type { DirectoryHandle } from './directory-handle.ts';

/** Owner and mode that a written file gets; null leaves the owner or group to the system. */
export interface NewFileAccess {
  readonly uid: Uid | null;
  readonly gid: Gid | null;
  /** The lower nine bits count: a guarded file never gets a set-id bit. */
  readonly mode: Mode;
  /** False: a file of another owner is better than none. True (the default): it is not, GLPI could not read it. */
  readonly required?: boolean;
}

/** `.keykeeper-<pid namespace>-<pid>-<random>.tmp`; the namespace is 0 where /proc does not tell it. */
export const TEMPORARY_NAME = /^\.keykeeper-(\d+)-(\d+)-[0-9a-f]{16}\.tmp$/;

/**
 * A complete, synced file under a name of its own, to be linked or renamed to its real one; removed on disposal unless
 * {@link TemporaryFile.moved} was called.
 */
export class TemporaryFile implements Disposable {
  readonly path: string;
  readonly #descriptor: Descriptor;
  #present = true;
  /** The wanted owner could not be given, and was not required. */
  ownerKept = false;

  constructor(path: string) {
    this.path = path;
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
    this.#descriptor = new Descriptor(path, flags, 0o600);
  }

  get descriptor(): number {
    return this.#descriptor.number;
  }

  /** It was renamed: there is nothing to remove any more. */
  moved(): void {
    this.#present = false;
  }

  /** Removes the name. A name that cannot be removed is left to the next run: the file itself is in place. */
  remove(): void {
    if (!this.#present) return;
    this.#present = false;
    try {
      unlinkSync(this.path);
    } catch {
      // `leftovers` takes it: nothing else rests on it.
    }
  }

  [Symbol.dispose](): void {
    this.#descriptor[Symbol.dispose]();
    this.remove();
  }
}

/**
 * Writes a temporary file into `directory` that is to become `target`: created exclusively with mode 0600, content, mode
 * and owner on its descriptor, then synced. Throws the system error, or the Failure 'access-not-repaired' when the
 * required owner cannot be given; nothing is left behind then.
 */
export function writeTemporary(
  directory: DirectoryHandle,
  target: AbsolutePath,
  content: Buffer,
  access: NewFileAccess,
): TemporaryFile {
  const temporary = new TemporaryFile(directory.entry(temporaryName()));
  try {
    temporary.ownerKept = !fill(temporary.descriptor, target, content, access);
    return temporary;
  } catch (error) {
    temporary[Symbol.dispose]();
    throw error;
  }
}

/**
 * Content, mode and owner of an open new file, synced. Returns false when the owner could not be given and is not
 * required. The mode comes before the owner: a process without CAP_FOWNER may change it only while the file is its own.
 */
export function fill(descriptor: number, target: AbsolutePath, content: Buffer, access: NewFileAccess): boolean {
  fchmodSync(descriptor, access.mode & 0o777);
  const owned = giveOwner(descriptor, target, access);
  for (let written = 0; written < content.length; ) written += writeSync(descriptor, content, written);
  fsyncSync(descriptor);
  return owned;
}

/** Names the pid namespace of this process, since two containers both have a process 1. */
export function processNamespace(): string {
  try {
    return /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '0';
  } catch {
    return '0';
  }
}

function temporaryName(): string {
  return `.keykeeper-${processNamespace()}-${process.pid}-${randomBytes(8).toString('hex')}.tmp`;
}

function giveOwner(descriptor: number, target: AbsolutePath, access: NewFileAccess): boolean {
  if (access.uid === null && access.gid === null) return true;
  // Most often it is made as it is wanted; asking takes a tenth of a change, which goes through the journal.
  if (isOwner(descriptor, access)) return true;
  try {
    // -1 leaves an id as it is: chown(2).
    fchownSync(descriptor, access.uid ?? -1, access.gid ?? -1);
    return true;
  } catch (error) {
    // EINVAL: the id does not exist in this user namespace.
    const code = systemCode(error);
    if (code !== 'EPERM' && code !== 'EINVAL') throw error;
    if (access.required === false) return false;
    throw accessFailure(target, access, error, 'new');
  }
}

function isOwner(descriptor: number, access: NewFileAccess): boolean {
  const { uid, gid } = fstatSync(descriptor);
  return (access.uid ?? uid) === uid && (access.gid ?? gid) === gid;
}
