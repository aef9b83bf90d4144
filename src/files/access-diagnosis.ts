import type { AccessFacts, Capability } from './access-facts.ts';
import { commandText, ownerText } from './access-text.ts';
import { hostId, isTranslated, OVERFLOW_ID } from './id-map.ts';

/** What keeps owner and mode from being set. */
export type AccessObstacle =
  | 'read-only-mount'
  | 'ids-not-mapped'
  | 'owner-not-mapped'
  | 'no-owners'
  | 'capability-missing'
  | 'pod-without-root'
  | 'root-squash'
  | 'remote'
  | 'selinux'
  | 'immutable'
  | 'user-namespace'
  | 'unknown';

export interface AccessDiagnosis {
  readonly obstacle: AccessObstacle;
  /** Completes "cannot set owner and mode of …:". */
  readonly why: string;
  /** One line that can be followed or pasted. */
  readonly try: string;
}

type Check = (facts: AccessFacts) => AccessDiagnosis | null;

/** File systems that keep no owners: they show those of their mount options. Numbers: statfs(2), linux/magic.h. */
const WITHOUT_OWNERS = new Map([
  [0x4d44, 'FAT'],
  [0x2011bab0, 'exFAT'],
  [0x5346544e, 'NTFS'],
  [0x7366746e, 'NTFS'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB'],
  [0x517b, 'SMB'],
]);

/** File systems whose other side decides about owners, whatever this process may do. */
const REMOTE = new Map([
  [0x6969, 'NFS'],
  [0x01021997, '9p'],
  [0x65735546, 'FUSE'],
  [0x00c36400, 'Ceph'],
]);

/** What is surest to be the reason comes first. */
const CHECKS: readonly Check[] = [
  readOnlyMount,
  idsNotMapped,
  ownerNotMapped,
  withoutOwners,
  capabilityMissing,
  immutable,
  remote,
  selinux,
  userNamespace,
];

/**
 * Says from facts alone why owner or mode of a path cannot be set as wanted, and what to do. Where nothing was tried yet
 * (`refused` is null) it is a forecast: null where nothing stands in the way, or nothing that can be seen beforehand (a
 * server's `root_squash`, a security module).
 */
export function diagnoseAccess(facts: AccessFacts): AccessDiagnosis | null {
  if (facts.refused === null && !isChangeNeeded(facts)) return null;
  for (const check of CHECKS) {
    const diagnosis = check(facts);
    if (diagnosis !== null) return diagnosis;
  }
  if (facts.refused === null) return null;
  const why =
    facts.refused === 'ignored'
      ? 'the file system accepts it and changes nothing'
      : `the system answers ${facts.refused}`;
  return { obstacle: 'unknown', why, try: byHand(facts) };
}

function isChangeNeeded({ found, wanted }: AccessFacts): boolean {
  if (found === 'new' || found === null) return true;
  const { uid, gid, mode } = found;
  return (wanted.uid ?? uid) !== uid || (wanted.gid ?? gid) !== gid || (wanted.mode ?? mode) !== mode;
}

function readOnlyMount({ refused, mount, path }: AccessFacts): AccessDiagnosis | null {
  if (refused !== 'EROFS' && mount?.options.includes('ro') !== true) return null;
  const place = mount === null || mount.point === '/' ? '' : ` at ${mount.point}`;
  const hint =
    mount?.point === '/' && mount.options.includes('ro')
      ? `mount GLPI's config volume into Keykeeper: ${path} lies in the container's own read-only layer`
      : 'mount the config directory into Keykeeper without ":ro"';
  return { obstacle: 'read-only-mount', why: `the file system is mounted read-only${place}`, try: hint };
}

function idsNotMapped(facts: AccessFacts): AccessDiagnosis | null {
  const { wanted, uidMap, gidMap, refused } = facts;
  const strangers = [
    ...(wanted.uid !== null && hostId(uidMap, wanted.uid) === null ? [`uid ${wanted.uid}`] : []),
    ...(wanted.gid !== null && hostId(gidMap, wanted.gid) === null ? [`gid ${wanted.gid}`] : []),
  ];
  if (strangers.length === 0 && refused !== 'EINVAL') return null;
  const who = strangers.length === 0 ? `the id ${ownerText(wanted)}` : strangers.join(' and ');
  return {
    obstacle: 'ids-not-mapped',
    why: `${who} ${strangers.length > 1 ? 'do' : 'does'} not exist in this user namespace`,
    try:
      facts.found === 'new'
        ? byHand(facts)
        : `${byHand(facts)}, or give the engine's user more ids in /etc/subuid and /etc/subgid`,
  };
}

/** A file of an id outside shows as nobody's, and no capability in here reaches it. */
function ownerNotMapped(facts: AccessFacts): AccessDiagnosis | null {
  const { found, uidMap, gidMap, path, wanted } = facts;
  if (found === 'new' || found === null || !isTranslated(uidMap)) return null;
  const foreign = found.uid === OVERFLOW_ID && hostId(uidMap, OVERFLOW_ID) === null;
  if (!foreign) return null;
  const ids = [
    wanted.uid === null ? null : hostId(uidMap, wanted.uid),
    wanted.gid === null ? null : hostId(gidMap, wanted.gid),
  ];
  const owner = `${ids[0] ?? ''}${ids[1] === null ? '' : `:${ids[1]}`}`;
  return {
    obstacle: 'owner-not-mapped',
    why: 'it belongs to an id of the host that this container has no name for (rootless engine or userns-remap)',
    try: `on the host, where ${ownerText(wanted)} is ${owner}: chown ${owner} the file behind ${path}`,
  };
}

function withoutOwners({ fileSystem, wanted, mount }: AccessFacts): AccessDiagnosis | null {
  const name = fileSystem === null ? undefined : WITHOUT_OWNERS.get(fileSystem);
  if (name === undefined) return null;
  const owners = [
    ...(wanted.uid === null ? [] : [`uid=${wanted.uid}`]),
    ...(wanted.gid === null ? [] : [`gid=${wanted.gid}`]),
  ];
  const modes = name === 'CIFS' || name === 'SMB' ? ['file_mode=0640', 'dir_mode=0750'] : ['umask=0027'];
  return {
    obstacle: 'no-owners',
    why: `${name} keeps no owner or mode of a file: all files have those of the mount options`,
    try: `mount ${mount?.source ?? 'it'} with the options ${[...owners, ...modes].join(',')}`,
  };
}

function capabilityMissing(facts: AccessFacts): AccessDiagnosis | null {
  const lacking = lackingCapabilities(facts);
  const told = facts.refused === null || facts.refused === 'EPERM' || facts.refused === 'EACCES';
  if (lacking.length === 0 || !told) return null;
  const { uid, inPod, wanted } = facts;
  const why = `Keykeeper runs as uid ${uid} without the capabilities ${lacking.join(' and ')}`;
  const add = [...lacking, ...(lacking.includes('CHOWN') && !lacking.includes('DAC_OVERRIDE') ? ['DAC_OVERRIDE'] : [])];
  if (inPod) {
    const group = wanted.gid ?? wanted.uid ?? 33;
    return {
      obstacle: 'pod-without-root',
      why,
      try: `securityContext of the pod: runAsUser: ${wanted.uid ?? uid}, fsGroup: ${group}; or of this container: runAsUser: 0, capabilities: add: [${add.join(', ')}]`,
    };
  }
  return {
    obstacle: 'capability-missing',
    why,
    try: `give Keykeeper user: "0:0" and cap_add: [${add.join(', ')}], or ${byHand(facts)}`,
  };
}

/** What chown(2) and chmod(2) ask for: CHOWN for another owner, FOWNER for the mode of somebody else's file. */
function lackingCapabilities({ found, wanted, capabilities, uid }: AccessFacts): Capability[] {
  const lacking: Capability[] = [];
  const own = found === 'new' || found === null ? { uid: found === 'new' ? uid : null, gid: null, mode: null } : found;
  const owned = (wanted.uid ?? own.uid) === own.uid && (wanted.gid ?? own.gid) === own.gid;
  if (!owned && !capabilities.has('CHOWN')) lacking.push('CHOWN');
  const mode = wanted.mode !== null && wanted.mode !== own.mode;
  if (mode && own.uid !== uid && !capabilities.has('FOWNER')) lacking.push('FOWNER');
  return lacking;
}

function immutable({ path, opening, found }: AccessFacts): AccessDiagnosis | null {
  // open(2) answers EPERM, whoever asks, for a file with the immutable or append-only attribute alone.
  if (opening !== 'EPERM' || found === 'new') return null;
  return {
    obstacle: 'immutable',
    why: 'it has the immutable or append-only attribute',
    try: `on the host, as root: lsattr ${path}, then chattr -ia ${path}`,
  };
}

function remote(facts: AccessFacts): AccessDiagnosis | null {
  const name = facts.fileSystem === null ? undefined : REMOTE.get(facts.fileSystem);
  if (name === undefined || facts.refused === null) return null;
  if (name === 'NFS') {
    return {
      obstacle: 'root-squash',
      why: 'the NFS server turns root into nobody (root_squash), or refuses changes of owner',
      try: `run Keykeeper as GLPI's own user: user: "${ownerText(facts.wanted)}"; or export with no_root_squash; or on the server: ${commandText(facts.path, facts.wanted)}`,
    };
  }
  return {
    obstacle: 'remote',
    why: `the other side of the ${name} mount decides about owners, and refuses`,
    try: `${byHand(facts)}; or use a named volume in place of the shared folder`,
  };
}

function selinux({ securityLabel, refused, path }: AccessFacts): AccessDiagnosis | null {
  if (securityLabel === null || (refused !== 'EACCES' && refused !== 'EPERM')) return null;
  return {
    obstacle: 'selinux',
    why: `SELinux keeps ${securityLabel} from it`,
    try: `mount the volume with ":z" (shared by GLPI and Keykeeper, never ":Z"), and see: ls -Zd ${path}; ausearch -m avc -ts recent`,
  };
}

function userNamespace(facts: AccessFacts): AccessDiagnosis | null {
  const { uidMap, refused } = facts;
  if (refused !== 'EPERM' || !isTranslated(uidMap)) return null;
  return {
    obstacle: 'user-namespace',
    why: 'root of this container is no root of the host (rootless engine or userns-remap)',
    try: `${byHand(facts)}, in a container of the same engine`,
  };
}

function byHand({ path, wanted, found }: AccessFacts): string {
  if (found === 'new') return `run Keykeeper as that owner: user: "${ownerText(wanted)}"`;
  const command = commandText(path, wanted);
  return command === '' ? `stat ${path}` : `run as root where the volume is mounted: ${command}`;
}
