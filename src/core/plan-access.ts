import type { Gid, Mode, Uid } from './brand.ts';
import { type FileAccess, GUARDED_FILES } from './guarded-set.ts';
import type { Observation, WantedAccess } from './observation.ts';
import type { Action } from './plan.ts';

/** Owner and mode to set; null members stay as they are. */
export interface AccessChange {
  readonly uid: Uid | null;
  readonly gid: Gid | null;
  readonly mode: Mode | null;
}

const OWNER_READS_AND_WRITES = 0o600;
const OWNER_ENTERS_AND_WRITES = 0o700;

/**
 * Plans owner and mode of what GLPI has to read and write: the guarded files and the directory itself (or, before the
 * first start, the volume in which it will be made), never anything below it. Modes are widened by what the owner lacks and by nothing else.
 */
export function planAccess(observation: Observation): Action[] {
  const { access, files, directoryAccess } = observation;
  const actions: Action[] = [];
  if (directoryAccess !== null) {
    const wanted = directoryChange(directoryAccess, access);
    if (wanted !== null) actions.push({ action: 'repair-directory', target: 'config', wanted });
  }
  for (const target of GUARDED_FILES) {
    const state = files[target];
    if (state.kind !== 'regular' && state.kind !== 'unreadable') continue;
    const wanted = state.access === undefined ? null : fileChange(state.access, access);
    if (wanted !== null) actions.push({ action: 'repair-access', target, wanted });
  }
  return actions;
}

/** What to change so that the wanted owner owns, reads and writes the file; null when it stands right. */
export function fileChange(found: FileAccess, wanted: WantedAccess): AccessChange | null {
  const owner = wanted.uid !== null && wanted.uid !== found.uid ? wanted.uid : null;
  const group = wanted.gid !== null && wanted.gid !== found.gid ? wanted.gid : null;
  const lacking = (found.mode & OWNER_READS_AND_WRITES) !== OWNER_READS_AND_WRITES;
  if (owner === null && group === null && !lacking) return null;
  return { uid: owner, gid: group, mode: lacking ? ((found.mode | OWNER_READS_AND_WRITES) as Mode) : null };
}

/** The directory is left alone where the wanted user can already enter and write it, whoever owns it. */
function directoryChange(found: FileAccess, wanted: WantedAccess): AccessChange | null {
  if (wanted.uid === null || canEnterAndWrite(found, wanted.uid, wanted.gid)) return null;
  const widened = (found.mode | OWNER_ENTERS_AND_WRITES) as Mode;
  return { uid: wanted.uid, gid: wanted.gid, mode: widened === found.mode ? null : widened };
}

function canEnterAndWrite(found: FileAccess, uid: Uid, gid: Gid | null): boolean {
  if (uid === 0) return true;
  if (found.uid === uid) return (found.mode & 0o700) === 0o700;
  if (found.gid === gid) return (found.mode & 0o070) === 0o070;
  return (found.mode & 0o007) === 0o007;
}

/** Whether the wanted user could read a file that stands like this: what the gate asks after a failed repair. */
export function canRead(found: FileAccess, wanted: WantedAccess): boolean {
  if (wanted.uid === null || wanted.uid === 0) return true;
  if (found.uid === wanted.uid) return (found.mode & 0o400) !== 0;
  if (found.gid === wanted.gid) return (found.mode & 0o040) !== 0;
  return (found.mode & 0o004) !== 0;
}
