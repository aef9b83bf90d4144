import type { Settings } from '../config/settings.ts';
import { type Gid, gid, mode, uid } from '../core/brand.ts';
import type { Generation, KeptFile } from '../core/generation.ts';
import { DATABASE_FILE, type FileAccess, KEY_FILE } from '../core/guarded-set.ts';
import { keptFile } from '../core/history.ts';
import type { WantedAccess } from '../core/observation.ts';

/** Who this process is. */
export interface Principal {
  readonly uid: number;
  /** Its groups, further ones too. */
  readonly groups: readonly number[];
  /** It runs in a pod: the kubelet gives `fsGroup` to every container of it. */
  readonly inPod: boolean;
}

/** inode(7): what is made in a directory with this bit gets its group. The kubelet sets it where it applies `fsGroup`. */
const SET_GROUP_ID = 0o2000;
const GROUP_ENTERS_AND_WRITES = 0o070;

/** Effective user and groups, and whether the kubelet started it (it sets `KUBERNETES_SERVICE_HOST` in every container). */
export function ownPrincipal(): Principal {
  return {
    uid: process.geteuid?.() ?? 0,
    groups: [...(process.getgroups?.() ?? []), process.getegid?.() ?? 0],
    inPod: process.env.KUBERNETES_SERVICE_HOST !== undefined,
  };
}

/**
 * Owner and mode that GLPI needs, and what says so: the setting; else the owner of the directory itself, unless that is
 * root; else the preset's, or, where the image is not known to run as anybody, the owner that the files had when they were
 * kept. In a pod whose `fsGroup` was applied to root's volume, the files belong to that group, and to the
 * user of this container where it is not root: a pod's containers run as one.
 *
 * A directory that is GLPI's with root's group does not make root's group GLPI's: the preset's counts then.
 */
export function wantedAccess(
  settings: Settings,
  directory: FileAccess | null,
  own: Principal,
  generations: readonly Generation[] = [],
): WantedAccess {
  const { owner, preset, lock, configDir } = settings;
  const common = { newFileMode: mode(0o640), ...(lock === null ? {} : { lock }) };
  if (owner.kind === 'fixed') return { ...common, uid: owner.uid, gid: owner.gid, from: 'KEYKEEPER_OWNER' };
  if (directory !== null && directory.uid !== 0) {
    const group = groupOf(directory, settings);
    return { ...common, uid: directory.uid, gid: group, from: `the owner of ${configDir}` };
  }
  if (directory !== null && isPodGroup(directory, own)) {
    const user = own.uid === 0 ? preset.uid : uid(own.uid);
    return { ...common, uid: user, gid: gid(directory.gid), from: `fsGroup ${directory.gid} on ${configDir}` };
  }
  const kept = preset.uid === null ? keptOwner(generations) : null;
  if (kept !== null) return { ...common, uid: kept.uid, gid: kept.gid, from: 'the owner that the vault recorded' };
  return { ...common, uid: preset.uid, gid: preset.gid, from: `the image's own user (preset ${preset.name})` };
}

/**
 * The group of files in GLPI's own directory. A locked key is read by it alone, so that one which GLPI is not in would
 * take the key away: the group of the image's user counts then, or one with the user's own number, and no other is guessed.
 */
function groupOf({ uid: owner, gid: group }: FileAccess, { preset, lock }: Settings): Gid | null {
  if (owner === preset.uid && (group === 0 || lock === 'on')) return preset.gid;
  return lock === 'on' && Number(group) !== Number(owner) ? null : group;
}

function isPodGroup({ gid: group, mode: bits }: FileAccess, { groups, inPod }: Principal): boolean {
  const applied = SET_GROUP_ID | GROUP_ENTERS_AND_WRITES;
  return inPod && group !== 0 && (bits & applied) === applied && groups.includes(group);
}

/** config_db.php is nobody's to lock, so that its owner is GLPI. */
function keptOwner(generations: readonly Generation[]): KeptFile | null {
  for (const generation of generations) {
    const kept = keptFile(generation, DATABASE_FILE) ?? keptFile(generation, KEY_FILE);
    if (kept !== null && kept.uid !== 0) return kept;
  }
  return null;
}
