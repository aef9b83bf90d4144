import { mkdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { type AbsolutePath, absolutePath, type Gid, type Mode, type Uid } from '../core/brand.ts';
import { Failure, systemCode } from '../core/failure.ts';
import { missingDirectoryAccess } from '../core/plan-access.ts';
import { accessProblems, applyAccess } from './access.ts';
import type { AccessTarget } from './access-facts.ts';
import { accessFailure, ignoredChange } from './access-failure.ts';
import { AccessHandle } from './access-handle.ts';
import { openDirectory } from './directory-handle.ts';
import { accessOf } from './read-file.ts';
import { writeFailure } from './write-failure.ts';

/** Whom a directory is for. */
export interface DirectoryUser {
  readonly uid: Uid;
  /** Null: of no known group. */
  readonly gid: Gid | null;
}

/**
 * Makes the directory itself usable for `user`, where it is not: a fresh volume is root's. What lies in it is not touched.
 * Throws the Failure 'config-directory-missing' (absent, or a symlink or file), or 'access-not-repaired' with the reason.
 */
export function ensureDirectoryUsable(directory: AbsolutePath, user: DirectoryUser): 'unchanged' | 'repaired' {
  let target: AccessTarget = { ...user, mode: null };
  try {
    using handle = new AccessHandle(directory);
    if (!handle.stats.isDirectory()) throw noDirectory(directory, 'is a symlink or no directory');
    const actual = accessOf(handle.stats);
    const missing = missingDirectoryAccess(actual, user);
    if (missing === null) return 'unchanged';
    target = missing;
    applyAccess(handle, actual, missing);
    if (accessProblems(accessOf(handle.look()), missing).length > 0) throw ignoredChange(directory, missing);
    return 'repaired';
  } catch (error) {
    const code = systemCode(error);
    if (error instanceof Failure || code === undefined) throw error;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw noDirectory(directory, 'does not exist');
    throw accessFailure(directory, target, error);
  }
}

/**
 * Creates an absent directory below an existing one, with owner and mode; 'exists' where something has the name. The
 * parent is held by its descriptor; it must exist, for it is the mounted volume. Killed half-way, the directory can be
 * left as Keykeeper's own, mode 0700: {@link ensureDirectoryUsable} then finishes.
 *
 * Throws the Failure 'config-directory-missing' (no parent), 'access-not-repaired' or 'file-write-failed'.
 */
export function createDirectory(
  path: AbsolutePath,
  access: { readonly uid: Uid | null; readonly gid: Gid | null; readonly mode: Mode },
): 'created' | 'exists' {
  const parent = absolutePath(dirname(path));
  try {
    using above = openDirectory(parent, 'write');
    const entry = absolutePath(above.entry(basename(path)));
    mkdirSync(entry, 0o700);
    giveAccess(entry, path, access);
    above.sync();
    return 'created';
  } catch (error) {
    const code = systemCode(error);
    if (code === 'EEXIST') return 'exists';
    if (code === 'ENOENT') throw noDirectory(parent, 'does not exist');
    throw writeFailure(path, error);
  }
}

function giveAccess(entry: AbsolutePath, path: AbsolutePath, access: AccessTarget): void {
  try {
    using handle = new AccessHandle(entry);
    if (handle.stats.isDirectory()) applyAccess(handle, accessOf(handle.stats), access);
  } catch (error) {
    throw systemCode(error) === undefined ? error : accessFailure(path, access, error);
  }
}

function noDirectory(directory: AbsolutePath, why: string): Failure {
  return new Failure('config-directory-missing', `the directory ${directory} ${why}`, {
    target: directory,
    expected: 'the directory itself, mounted into this container',
    try: `mount the volume of GLPI's configuration there, or set KEYKEEPER_CONFIG_DIR to where it is`,
  });
}
