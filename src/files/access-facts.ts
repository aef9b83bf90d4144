import { closeSync, constants, lstatSync, openSync, readFileSync, statfsSync } from 'node:fs';
import type { AbsolutePath, Gid, Mode, Uid } from '../core/brand.ts';
import { systemCode } from '../core/failure.ts';
import { type IdRange, parseIdMap } from './id-map.ts';
import { type MountFact, mountOf, parseMountTable, readMountTable } from './mount-table.ts';

/** Owner and permission bits that a file or directory should have; null leaves that one as it is. */
export interface AccessTarget {
  readonly uid: Uid | null;
  readonly gid: Gid | null;
  readonly mode: Mode | null;
}

/** The capabilities that owner and mode of others' files rest on, capabilities(7). */
export type Capability = 'CHOWN' | 'DAC_OVERRIDE' | 'FOWNER';

/** Bit numbers: linux/capability.h. */
const CAPABILITY_BITS: readonly (readonly [Capability, bigint])[] = [
  ['CHOWN', 1n << 0n],
  ['DAC_OVERRIDE', 1n << 1n],
  ['FOWNER', 1n << 3n],
];

/** Why owner or mode of a path cannot be set: all that {@link diagnoseAccess} goes by, as plain data. */
export interface AccessFacts {
  readonly path: AbsolutePath;
  readonly wanted: AccessTarget;
  /** `new`: it was to be made; null where nothing is known of it. */
  readonly found: { readonly uid: number; readonly gid: number; readonly mode: number } | 'new' | null;
  /** The system error's name; `ignored`: it was accepted and nothing changed; null: nothing was tried yet. */
  readonly refused: string | null;
  readonly uid: number;
  readonly capabilities: ReadonlySet<Capability>;
  readonly mount: MountFact | null;
  /** `f_type` of statfs(2); null where it cannot be had. */
  readonly fileSystem: number | null;
  readonly uidMap: readonly IdRange[];
  readonly gidMap: readonly IdRange[];
  /** SELinux enforces, and this is the label of this process (`system_u:system_r:container_t:s0:c1,c2`); null without it. */
  readonly securityLabel: string | null;
  /** What opening it for writing answers, without writing: '' where it opens; null: not tried. */
  readonly opening: string | null;
  /** It runs in a pod. */
  readonly inPod: boolean;
}

/**
 * Gathers the facts about `path`. Reads only; `refused` tells that something was refused, and then opening the file for
 * writing is tried too (nothing is written): the one way to see an immutable attribute without ioctl(2).
 */
export function accessFacts(
  path: AbsolutePath,
  wanted: AccessTarget,
  refused: string | null,
  subject: 'existing' | 'new' = 'existing',
): AccessFacts {
  const uid = process.geteuid?.() ?? 0;
  return {
    path,
    wanted,
    found: subject === 'new' ? 'new' : foundAt(path),
    refused,
    uid,
    capabilities: capabilitiesOf(readOrNull('/proc/self/status'), uid),
    mount: mountOf(path, parseMountTable(readMountTable())),
    fileSystem: fileSystemOf(path),
    uidMap: parseIdMap(readOrNull('/proc/self/uid_map') ?? ''),
    gidMap: parseIdMap(readOrNull('/proc/self/gid_map') ?? ''),
    securityLabel: securityLabel(),
    opening: refused === null || subject === 'new' ? null : opening(path),
    inPod: process.env.KUBERNETES_SERVICE_HOST !== undefined,
  };
}

/** The effective ones of `/proc/self/status`; without /proc a root process counts as having all. */
export function capabilitiesOf(status: string | null, uid: number): ReadonlySet<Capability> {
  const hex = status === null ? undefined : /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  const bits = hex === undefined ? (uid === 0 ? ~0n : 0n) : BigInt(`0x${hex}`);
  return new Set(CAPABILITY_BITS.filter(([, bit]) => (bits & bit) !== 0n).map(([name]) => name));
}

/** Those of this process. */
export function ownCapabilities(): ReadonlySet<Capability> {
  return capabilitiesOf(readOrNull('/proc/self/status'), process.geteuid?.() ?? 0);
}

function foundAt(path: AbsolutePath): AccessFacts['found'] {
  try {
    const { uid, gid, mode } = lstatSync(path);
    return { uid, gid, mode: mode & 0o7777 };
  } catch {
    return null;
  }
}

function fileSystemOf(path: AbsolutePath): number | null {
  for (const each of [path, path.replace(/\/[^/]*$/, '') || '/']) {
    try {
      return statfsSync(each).type;
    } catch {
      // The file may be absent: its directory lies on the same file system.
    }
  }
  return null;
}

/** `/proc/self/attr/current` also carries AppArmor's profile where that is the module: `docker-default (enforce)`. */
function securityLabel(): string | null {
  if (readOrNull('/sys/fs/selinux/enforce')?.trim() !== '1') return null;
  return readOrNull('/proc/self/attr/current')?.replace(/\0$/, '').trim() ?? null;
}

function opening(path: AbsolutePath): string | null {
  const { O_WRONLY, O_NOFOLLOW, O_NONBLOCK, O_NOCTTY } = constants;
  try {
    if (!lstatSync(path).isFile()) return null;
    closeSync(openSync(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY));
    return '';
  } catch (error) {
    return systemCode(error) ?? null;
  }
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
