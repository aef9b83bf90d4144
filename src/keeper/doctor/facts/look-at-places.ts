import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  statfsSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Settings } from '../../../config/settings.ts';
import { type Mount, mountOf } from '../../../vault/directory/mount.ts';
import type { SurroundingsFact } from './look-at-surroundings.ts';
import { type Keeping, keepingOf } from './place.ts';

/** A directory as this process sees it. */
export interface Place {
  /** Without symbolic links, where it is there. */
  readonly path: string;
  readonly exists: boolean;
  readonly mount: Mount | null;
  readonly keeping: Keeping;
  /** For this user, in bytes; null where it cannot be told. */
  readonly freeBytes: number | null;
}

export interface VaultPlace extends Place {
  /** Permission bits of the folder with the generations; null while there is none. */
  readonly folderMode: number | null;
}

export interface PlacesFact {
  readonly config: Place;
  /** Null where the vault is no directory. */
  readonly vault: VaultPlace | null;
  /** Paths of files beside vault or guarded files that hold an age identity. */
  readonly identities: readonly string[];
  /** Where the export goes; null for nowhere. */
  readonly exportTo: Place | null;
}

/** An identity file is a few lines; a bigger one is something else. In bytes. */
const IDENTITY_LIMIT = 8 * 1024;
/** More names than stand at the top of any vault or config directory of people. */
const MOST_NAMES = 200;

/** Reads only. */
export function lookAtPlaces(settings: Settings, { mounts, contained }: SurroundingsFact): PlacesFact {
  const place = (path: string) => placeOf(path, mounts, contained);
  const config = place(settings.configDir);
  const vault = settings.vault.protocol === 'file:' ? place(fileURLToPath(settings.vault)) : null;
  const folder = vault === null ? null : join(vault.path, settings.instance);
  const beside = [vault?.path, folder, config.path].filter((each) => typeof each === 'string');
  return {
    config,
    vault: vault === null || folder === null ? null : { ...vault, folderMode: modeOf(folder) },
    identities: [...new Set(beside)].flatMap(identitiesIn),
    exportTo: settings.exportTo === null ? null : place(settings.exportTo),
  };
}

function placeOf(wanted: string, mounts: readonly Mount[], contained: boolean): Place {
  const path = realPathOf(wanted);
  const mount = mountOf(mounts, path);
  return {
    path,
    exists: statSync(path, { throwIfNoEntry: false }) !== undefined,
    mount,
    keeping: keepingOf(mount, contained),
    freeBytes: freeBytesAt(path),
  };
}

function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function freeBytesAt(path: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  } catch {
    return null;
  }
}

function modeOf(path: string): number | null {
  try {
    return statSync(path).mode & 0o7777;
  } catch {
    return null;
  }
}

function identitiesIn(folder: string): string[] {
  return namesIn(folder)
    .map((name) => join(folder, name))
    .filter(holdsIdentity);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).slice(0, MOST_NAMES);
  } catch {
    return [];
  }
}

/** age's own mark of a secret key (age.md, "X25519 identities"). Links and special files are not followed. */
function holdsIdentity(path: string): boolean {
  let descriptor: number | null = null;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const status = fstatSync(descriptor);
    if (!status.isFile() || status.size > IDENTITY_LIMIT) return false;
    const bytes = Buffer.alloc(status.size);
    const length = readSync(descriptor, bytes, 0, bytes.length, 0);
    return /^AGE-SECRET-KEY-/m.test(bytes.subarray(0, length).toString('latin1'));
  } catch {
    return false;
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}
