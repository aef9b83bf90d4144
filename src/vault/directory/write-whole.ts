import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { Failure, systemCode } from '../../core/failure.ts';

/** Files of a vault appear whole or not at all: written under a temporary name, then given their own. */

/** Where temporary files go, and whom all files belong to. */
export interface Workplace {
  /** Absolute; on the same file system as every target. */
  readonly folder: string;
  /** Null: whoever runs. Set where root works in a folder of somebody else, who must be able to read it later. */
  readonly owner: { readonly uid: number; readonly gid: number } | null;
}

export interface WriteOptions {
  /** False for what need not survive a power cut. */
  readonly durable: boolean;
}

const TEMPORARY = /^\.keykeeper-[0-9a-f]{16}\.tmp$/;
/** How often a temporary file may vanish: each time another keeper started and cleaned up. */
const ATTEMPTS = 20;

/**
 * Creates `target` with mode 0600, or leaves what is there. The caller syncs the directory ({@link syncDirectory}).
 *
 * @throws the system's error; nothing half-written stays behind then.
 */
export function createWhole(place: Workplace, target: string, content: Uint8Array, options: WriteOptions) {
  return publish(place, content, options, (temporary) => {
    try {
      linkSync(temporary, target);
      return 'created';
    } catch (error) {
      const code = systemCode(error);
      if (code === 'EEXIST') return 'exists';
      if (code === 'EPERM' || code === 'ENOTSUP' || code === 'EOPNOTSUPP') throw noHardLinks(target, error);
      throw error;
    }
  });
}

/** Puts `content` under `target` whether something is there or not. */
export function replaceWhole(place: Workplace, target: string, content: Uint8Array, options: WriteOptions) {
  return publish(place, content, options, (temporary) => {
    renameSync(temporary, target);
    return 'replaced';
  });
}

/** A new name for a temporary file in the workplace. */
export function temporaryName(place: Workplace): string {
  return join(place.folder, `.keykeeper-${randomBytes(8).toString('hex')}.tmp`);
}

/**
 * Removes what killed writers left. A living writer whose temporary file is taken away writes it again, so nobody has
 * to know who lives.
 */
export function removeTemporaries(place: Workplace): void {
  for (const name of readdirSync(place.folder)) {
    if (TEMPORARY.test(name)) discard(join(place.folder, name));
  }
}

export function isTemporary(name: string): boolean {
  return TEMPORARY.test(name);
}

/** Makes the names in a directory survive a power cut. Some network and FUSE file systems cannot, and say EINVAL. */
export function syncDirectory(path: string): void {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    fsyncSync(descriptor);
  } catch (error) {
    if (!knowsNoSync(error)) throw error;
  } finally {
    closeSync(descriptor);
  }
}

/** Some file systems sync no directories: there is nothing more that could be done. */
export function knowsNoSync(error: unknown): boolean {
  return systemCode(error) === 'EINVAL' || systemCode(error) === 'ENOTSUP';
}

export function unlinkQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
}

function publish<T>(place: Workplace, content: Uint8Array, options: WriteOptions, name: (temporary: string) => T): T {
  for (let attempt = 1; ; attempt += 1) {
    const temporary = temporaryName(place);
    try {
      writeTemporary(place, temporary, content, options);
      return name(temporary);
    } catch (error) {
      if (systemCode(error) !== 'ENOENT' || attempt === ATTEMPTS) throw error;
    } finally {
      discard(temporary);
    }
  }
}

/**
 * Removes a temporary name. One that cannot be removed is left to the next start: what it stood for is in place, or its
 * error is on the way.
 */
export function discard(temporary: string): void {
  try {
    unlinkSync(temporary);
  } catch {}
}

/** A temporary file with its content, not synced. The caller closes and removes or renames it. */
export function openTemporary(place: Workplace, content: Uint8Array): { temporary: string; descriptor: number } {
  const temporary = temporaryName(place);
  return { temporary, descriptor: fillTemporary(place, temporary, content) };
}

function writeTemporary(place: Workplace, path: string, content: Uint8Array, options: WriteOptions): void {
  const descriptor = fillTemporary(place, path, content);
  try {
    if (options.durable) fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function fillTemporary(place: Workplace, path: string, content: Uint8Array): number {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const descriptor = openSync(path, flags, 0o600);
  try {
    // The mode given to open(2) passes through the umask, which may have taken our own right to read.
    fchmodSync(descriptor, 0o600);
    if (place.owner !== null) fchownSync(descriptor, place.owner.uid, place.owner.gid);
    for (let written = 0; written < content.length; ) written += writeSync(descriptor, content, written);
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    discard(path);
    throw error;
  }
}

function noHardLinks(target: string, cause: unknown): Failure {
  return new Failure('vault-unwritable', 'the file system of the vault has no hard links', {
    target,
    expected: 'a local file system or NFS: a generation gets its number by link(2), which never replaces another',
    try: `stat -f -c %T ${dirname(target)}`,
    cause,
  });
}
