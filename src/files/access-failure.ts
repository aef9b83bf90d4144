import { readFileSync, statfsSync } from 'node:fs';
import type { AbsolutePath, Gid, Mode, Uid } from '../core/brand.ts';
import { Failure, systemCode } from '../core/failure.ts';

/** Owner and permission bits that a file or directory should have; null leaves that one as it is. */
export interface AccessTarget {
  readonly uid: Uid | null;
  readonly gid: Gid | null;
  readonly mode: Mode | null;
}

/** What this process may do to files of others. Bit numbers: linux/capability.h. */
export interface Powers {
  readonly uid: number;
  /** CAP_CHOWN, bit 0. */
  readonly chown: boolean;
  /** CAP_FOWNER, bit 3. */
  readonly owner: boolean;
}

// statfs(2): file systems whose server decides about owners, whatever capabilities this process has.
const REMOTE_FILE_SYSTEMS = new Map([
  [0x6969, 'NFS'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB'],
  [0x01021997, '9p'],
  [0x65735546, 'FUSE'],
  [0x4d44, 'FAT'],
]);

/** Reads the effective capabilities from /proc; without /proc a root process counts as having both. */
export function powersOf(status: string | null, uid: number): Powers {
  const hex = status === null ? undefined : /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  if (hex === undefined) return { uid, chown: uid === 0, owner: uid === 0 };
  const bits = BigInt(`0x${hex}`);
  return { uid, chown: (bits & 1n) !== 0n, owner: (bits & 8n) !== 0n };
}

/** `33:33`, `33`, `:33`, as chown(1) takes it; '' when neither is wanted. */
export function ownerText(target: Pick<AccessTarget, 'uid' | 'gid'>): string {
  return `${target.uid ?? ''}${target.gid === null ? '' : `:${target.gid}`}`;
}

/** `0640`, as chmod(1) takes it. */
export function modeText(bits: number): string {
  return `0${bits.toString(8).padStart(3, '0')}`;
}

/**
 * The Failure 'access-not-repaired' for a chown or chmod that the system refused: why, and the line that helps. `subject`
 * tells whether the file or directory is there already or was to be made.
 */
export function accessFailure(
  path: AbsolutePath,
  target: AccessTarget,
  error: unknown,
  subject: 'existing' | 'new' = 'existing',
): Failure {
  const code = systemCode(error) ?? 'unknown';
  const otherwise =
    subject === 'existing'
      ? `run as root where the volume is mounted: ${commandText(path, target)}`
      : `run Keykeeper as that owner: user: "${ownerText(target)}"`;
  const powers = powersOf(ownStatus(), process.geteuid?.() ?? 0);
  const [why, remedy] = explain(path, target, code, powers, otherwise);
  return new Failure('access-not-repaired', `cannot set owner and mode of ${path}: ${why}`, {
    target: path,
    expected: wantedText(target),
    try: remedy,
    cause: error,
  });
}

function explain(
  path: AbsolutePath,
  target: AccessTarget,
  code: string,
  powers: Powers,
  otherwise: string,
): [string, string] {
  if (code === 'EROFS') {
    return ['the file system is mounted read-only', `mount the config directory into Keykeeper without ":ro"`];
  }
  if (code === 'EINVAL') {
    return [`the id ${ownerText(target)} does not exist in this user namespace`, otherwise];
  }
  if (code !== 'EPERM' && code !== 'EACCES') return [`the system answers ${code}`, otherwise];
  const remote = remoteFileSystem(path);
  const lacking = [...(powers.chown || ownerText(target) === '' ? [] : ['CHOWN']), ...(powers.owner ? [] : ['FOWNER'])];
  if (lacking.length > 0) {
    const capabilities = [...lacking, ...(lacking.includes('CHOWN') ? ['DAC_OVERRIDE'] : [])].join(', ');
    return [
      `Keykeeper runs as uid ${powers.uid} without the capabilities ${lacking.join(' and ')}`,
      `give Keykeeper user: "0:0" and cap_add: [${capabilities}], or ${otherwise}`,
    ];
  }
  if (remote !== null) {
    return [`the ${remote} server or mount refuses changes of owner (root_squash, for one)`, otherwise];
  }
  return [
    'the system refuses although the capabilities are there: it is immutable, or protected by a security module',
    `see "lsattr -d ${path}"; if it shows an i: chattr -i ${path}`,
  ];
}

function wantedText(target: AccessTarget): string {
  const owner = ownerText(target);
  const parts = [owner === '' ? [] : [`owner ${owner}`], target.mode === null ? [] : [`mode ${modeText(target.mode)}`]];
  return parts.flat().join(', ');
}

function commandText(path: AbsolutePath, target: AccessTarget): string {
  const owner = ownerText(target);
  const commands = [
    owner === '' ? [] : [`chown ${owner} ${path}`],
    target.mode === null ? [] : [`chmod ${modeText(target.mode)} ${path}`],
  ];
  return commands.flat().join(' && ');
}

function ownStatus(): string | null {
  try {
    return readFileSync('/proc/self/status', 'utf8');
  } catch {
    return null;
  }
}

function remoteFileSystem(path: AbsolutePath): string | null {
  try {
    return REMOTE_FILE_SYSTEMS.get(statfsSync(path).type) ?? null;
  } catch {
    return null;
  }
}
