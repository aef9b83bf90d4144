import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { Failure, systemCode } from '../../core/failure.ts';
import { MARKER, markerContent } from '../marker.ts';
import { checkMarker } from './marker.ts';
import { deniedFailure, vaultFailure } from './vault-failure.ts';
import { createWhole, replaceWhole, syncDirectory, type Workplace } from './write-whole.ts';

/** The parts of an instance's folder. The place for temporary files is the folder itself. */
export interface InstanceFolder extends Workplace {
  readonly generations: string;
  readonly escrow: string;
  /** Made when the first record is written. */
  readonly records: string;
  readonly lease: string;
}

/** Where the parts of `<vault>/<instance>` are. `owner`: see {@link Workplace}. */
export function instanceFolder(vault: string, instance: string, owner: Workplace['owner']): InstanceFolder {
  const folder = join(vault, instance);
  // Here and in its parts not by `join`, which goes through a path letter by letter: a start makes some twenty of them.
  return {
    folder,
    owner,
    generations: `${folder}/generations`,
    escrow: `${folder}/escrow`,
    records: `${folder}/records`,
    lease: `${folder}/lease.json`,
  };
}

/**
 * Looks at the folder of an instance without touching anything.
 *
 * @returns whether it is there
 * @throws Failure `vault-foreign`, `vault-newer-format`, `vault-unreadable`
 */
export function inspectInstanceFolder(vault: string, instance: string): boolean {
  const { folder } = instanceFolder(vault, instance, null);
  try {
    if (!isFolder(folder)) return false;
    closeSync(openFolder(folder));
    // Says EACCES where the folder may be listed but not entered.
    lstatSync(`${folder}/${MARKER}`, { throwIfNoEntry: false });
    checkMarker(folder, instance);
    return true;
  } catch (error) {
    throw vaultFailure(error, folder, 'read');
  }
}

/**
 * Makes the folder of an instance ready for writing: mode 0700, its marker, its parts. The folder above may be anybody's (the image ships /vault writable for all); this one must be ours.
 *
 * @throws Failure `vault-foreign`, `vault-newer-format`, `vault-unwritable`, `vault-full`
 */
export function prepareInstanceFolder(vault: string, instance: string): InstanceFolder {
  const { folder } = instanceFolder(vault, instance, null);
  try {
    ensureFolder(folder, null);
    const owner = claimFolder(folder, instance);
    const place = instanceFolder(vault, instance, owner);
    ensureMarker(place, instance);
    ensureFolder(place.generations, owner);
    ensureFolder(place.escrow, owner);
    return place;
  } catch (error) {
    throw vaultFailure(error, folder, 'write');
  }
}

/** Makes a folder with mode 0700 where there is none, and has its name survive a power cut. */
export function ensureFolder(path: string, owner: Workplace['owner']): void {
  const made = !isFolder(path) && makeFolder(path);
  if (!made && owner === null) return;
  const descriptor = openFolder(path);
  try {
    if (made) fchmodSync(descriptor, 0o700);
    // Also where it was there already: a run may have been killed between making it and giving it away.
    if (owner !== null && fstatSync(descriptor).uid !== owner.uid) fchownSync(descriptor, owner.uid, owner.gid);
  } finally {
    closeSync(descriptor);
  }
  if (made) syncDirectory(dirname(path));
}

/** @returns false when another keeper was faster. */
function makeFolder(path: string): boolean {
  try {
    mkdirSync(path, 0o700);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST' && isFolder(path)) return false;
    throw error;
  }
}

/** Checks that the folder is this instance's and ours, tightens its mode, and tells whom its files must belong to. */
function claimFolder(folder: string, instance: string): Workplace['owner'] {
  const descriptor = openFolder(folder);
  try {
    const status = fstatSync(descriptor);
    const own = process.geteuid?.() ?? 0;
    if (status.uid !== own && own !== 0) throw deniedFailure(folder, 'write');
    checkMarker(folder, instance);
    if ((status.mode & 0o777) !== 0o700) fchmodSync(descriptor, 0o700);
    accessSync(folder, constants.W_OK | constants.X_OK);
    return status.uid === own ? null : { uid: status.uid, gid: status.gid };
  } finally {
    closeSync(descriptor);
  }
}

function ensureMarker(place: InstanceFolder, instance: string): void {
  const state = checkMarker(place.folder, instance);
  if (state === 'present') return;
  const write = state === 'absent' ? createWhole : replaceWhole;
  write(place, `${place.folder}/${MARKER}`, markerContent(instance), { durable: true });
  syncDirectory(place.folder);
}

/** @throws Failure `vault-foreign` when `path` is something else than a folder, a symbolic link for one. */
function isFolder(path: string): boolean {
  const status = lstatSync(path, { throwIfNoEntry: false });
  if (status === undefined) return false;
  if (status.isDirectory()) return true;
  const kind = status.isSymbolicLink() ? 'a symbolic link' : 'not a folder';
  throw new Failure('vault-foreign', `"${path}" is ${kind}`, {
    target: path,
    expected: 'a folder that Keykeeper made, or nothing',
    try: `ls -ld ${path}`,
  });
}

function openFolder(path: string): number {
  return openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
}
