import { type Gid, type Mode, mode, type Uid, uid } from './brand.ts';
import {
  DATABASE_FILE,
  type FileAccess,
  type FileState,
  GUARDED_FILES,
  type GuardedFile,
  KEY_FILE,
} from './guarded-set.ts';
import { keptFile, newestFirst } from './history.ts';
import type { Observation, WantedAccess } from './observation.ts';
import type { Action } from './plan.ts';
import type { Judgement } from './verdict.ts';

/** Owner and mode to set; null members stay as they are. */
export interface AccessChange {
  readonly uid: Uid | null;
  readonly gid: Gid | null;
  readonly mode: Mode | null;
}

/** A locked key file: GLPI reads it by its group and writes it by nothing. */
export const LOCKED_MODE = mode(0o440);

const ROOT = uid(0);
const OWNER_READS = 0o400;
const OWNER_READS_AND_WRITES = 0o600;

/** What GLPI itself writes in the life of an instance: `database:configure` and the installer. */
const WRITTEN_BY_GLPI: ReadonlySet<GuardedFile> = new Set([DATABASE_FILE, 'config_db_slave.php']);

/**
 * Plans owner and mode of what GLPI has to read and write: the guarded files and the directory itself (or, before the
 * first start, the volume in which it will be made), never anything below it. Modes are widened by what GLPI lacks and by nothing else.
 */
export function planAccess(observation: Observation, { opened }: Pick<Judgement, 'opened'>): Action[] {
  const { access, files, directoryAccess } = observation;
  const actions: Action[] = [];
  if (directoryAccess !== null && access.uid !== null) {
    const wanted = missingDirectoryAccess(directoryAccess, { uid: access.uid, gid: access.gid });
    if (wanted !== null) actions.push({ action: 'repair-directory', target: 'config', wanted });
  }
  for (const target of GUARDED_FILES) {
    const state = files[target];
    if (state.kind !== 'regular' && state.kind !== 'unreadable') continue;
    const wanted = state.access === undefined ? null : fileChange(target, state.access, access);
    if (wanted === null) continue;
    const action =
      isShared(state) && isGlpisOwn(target, state, observation, opened) ? 'separate-file' : 'repair-access';
    actions.push({ action, target, wanted });
  }
  return actions;
}

/**
 * What to change so that the wanted owner owns and reads the file, and writes it where GLPI has to; null when it stands
 * right. A locked key file is root's; one that somebody locked by hand stays so until a setting says otherwise.
 */
export function fileChange(name: GuardedFile, found: FileAccess, wanted: WantedAccess): AccessChange | null {
  if (name === KEY_FILE && isLockWanted(wanted)) return difference(found, ROOT, wanted.gid, LOCKED_MODE);
  if (name === KEY_FILE && wanted.lock === undefined && isLocked(found, wanted)) return null;
  return difference(found, wanted.uid, wanted.gid, withoutSetId(found.mode | missingBits(name, found.mode, wanted)));
}

/** Owner and mode of a guarded file that is put back: as it was kept, with what GLPI needs. */
export function restoredAccess(
  name: GuardedFile,
  kept: Pick<FileAccess, 'uid' | 'gid' | 'mode'> | null,
  wanted: WantedAccess,
): { readonly uid: Uid | null; readonly gid: Gid | null; readonly mode: Mode } {
  if (name === KEY_FILE && isLockWanted(wanted)) return { uid: ROOT, gid: wanted.gid, mode: LOCKED_MODE };
  if (name === KEY_FILE && wanted.lock === undefined && kept !== null && isLocked(kept, wanted)) return kept;
  const bits = kept === null ? wanted.newFileMode : withoutSetId(kept.mode | missingBits(name, kept.mode, wanted));
  return { uid: wanted.uid ?? kept?.uid ?? null, gid: wanted.gid ?? kept?.gid ?? null, mode: bits };
}

/** Whether the key file is to be locked and somebody says for which group. */
export function isLockWanted({ lock, gid }: WantedAccess): boolean {
  return lock === 'on' && gid !== null;
}

/** Whether a key file stands as the lock would have it, whoever made it so. */
export function isLocked(found: Pick<FileAccess, 'uid' | 'gid' | 'mode'>, wanted: WantedAccess): boolean {
  return (
    found.uid === ROOT && wanted.uid !== ROOT && found.gid === wanted.gid && withoutSetId(found.mode) === LOCKED_MODE
  );
}

/**
 * The smallest change that lets a user enter, list and write a directory with this access; null where nothing is missing.
 * Its own directory gets the owner's bits; one of its group gets the group's bits; any other becomes its own. Access
 * control lists and further groups of the user cannot be seen.
 */
export function missingDirectoryAccess(
  found: Pick<FileAccess, 'uid' | 'gid' | 'mode'>,
  user: { readonly uid: Uid; readonly gid: Gid | null },
): AccessChange | null {
  if (user.uid === ROOT) return null;
  if (found.uid === user.uid) return withBits(found.mode, 0o700);
  if (found.gid === user.gid) return withBits(found.mode, 0o070);
  if ((found.mode & 0o007) === 0o007) return null;
  return { uid: user.uid, gid: user.gid, mode: mode(found.mode | 0o700) };
}

/** Whether the wanted user could read a file that stands like this: what the gate asks after a failed repair. */
export function canRead(found: Pick<FileAccess, 'uid' | 'gid' | 'mode'>, wanted: WantedAccess): boolean {
  if (wanted.uid === null || wanted.uid === ROOT) return true;
  if (found.uid === wanted.uid) return (found.mode & 0o400) !== 0;
  if (found.gid === wanted.gid) return (found.mode & 0o040) !== 0;
  return (found.mode & 0o004) !== 0;
}

/**
 * GLPI can live with a key that it may only read: it replaces it in its own rotation alone, which a lock that was lifted on
 * purpose has to allow again. What not even its owner reads was meant by nobody, and gets both bits.
 */
function missingBits(name: GuardedFile, found: Mode, { lock }: WantedAccess): number {
  const written = WRITTEN_BY_GLPI.has(name) || (name === KEY_FILE && lock === 'off');
  return written || (found & OWNER_READS) === 0 ? OWNER_READS_AND_WRITES : 0;
}

/** No guarded file is a program; chown(2) takes these bits away anyway. */
function withoutSetId(bits: number): Mode {
  return mode(bits & 0o777);
}

function difference(found: FileAccess, owner: Uid | null, group: Gid | null, bits: Mode): AccessChange | null {
  const change = {
    uid: owner === found.uid ? null : owner,
    gid: group === found.gid ? null : group,
    mode: bits === found.mode ? null : bits,
  };
  return change.uid === null && change.gid === null && change.mode === null ? null : change;
}

function withBits(found: Mode, bits: number): AccessChange | null {
  return (found & bits) === bits ? null : { uid: null, gid: null, mode: mode(found | bits) };
}

function isShared(state: FileState): state is FileState & { kind: 'regular' } {
  return state.kind === 'regular' && state.access.links > 1;
}

/**
 * Whether a file with a second name may be handed to GLPI as a copy. A web application can link a file here that it
 * may not read: only what GLPI reads already, or read when it was kept, or what opened this database is its own.
 */
function isGlpisOwn(
  name: GuardedFile,
  state: FileState & { kind: 'regular' },
  { vault, access }: Observation,
  opened: number,
): boolean {
  if (canRead(state.access, access) || (name === KEY_FILE && opened > 0)) return true;
  return newestFirst(vault).some((generation) => {
    const kept = keptFile(generation, name);
    return kept !== null && kept.sha256 === state.sha256 && canRead(kept, access);
  });
}
