import { readFileSync, statSync } from 'node:fs';
import { type Mount, readMounts } from '../../../vault/directory/mount.ts';

/** What this process may do and where it runs, from /proc (proc_pid_status(5), proc_pid_limits(5)). */
export interface SurroundingsFact {
  readonly uid: number;
  /** Bits of the effective capabilities (linux/capability.h); null without /proc. */
  readonly capabilities: bigint | null;
  readonly noNewPrivileges: boolean;
  /** Of seccomp: 0 is none. */
  readonly seccomp: number | null;
  /** In a container, or else on a machine of its own. */
  readonly contained: boolean;
  readonly mounts: readonly Mount[];
  /** Soft limit on core dumps, in bytes; null: none. */
  readonly coreLimit: number | null;
  /** `/proc/sys/kernel/core_pattern`; '' without /proc. */
  readonly corePattern: string;
  /** Path of an engine's socket that is there; null for none. */
  readonly engineSocket: string | null;
  /** `DOCKER_HOST`, or null. */
  readonly engineHost: string | null;
  /** A pod of Kubernetes. */
  readonly inPod: boolean;
  /** `GLPI_SKIP_AUTOINSTALL` of the image's variables, where this container has them too; null where it is not set. */
  readonly skipAutoInstall: string | null;
}

/** Where an engine's socket is mounted, mostly. */
const SOCKETS = ['/var/run/docker.sock', '/run/docker.sock', '/run/podman/podman.sock'];

/** Reads only, and only of this process. */
export function lookAtSurroundings(environment: Readonly<Record<string, string | undefined>>): SurroundingsFact {
  const status = readOrEmpty('/proc/self/status');
  const mounts = readMounts();
  const inPod = (environment.KUBERNETES_SERVICE_HOST ?? '') !== '';
  const capabilities = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  const seccomp = /^Seccomp:\s*(\d)$/m.exec(status)?.[1];
  return {
    uid: process.geteuid?.() ?? 0,
    capabilities: capabilities === undefined ? null : BigInt(`0x${capabilities}`),
    noNewPrivileges: /^NoNewPrivs:\s*1$/m.test(status),
    seccomp: seccomp === undefined ? null : Number(seccomp),
    contained: inPod || isThere('/.dockerenv') || isThere('/run/.containerenv') || isLayered(mounts),
    mounts,
    coreLimit: coreLimitOf(readOrEmpty('/proc/self/limits')),
    corePattern: readOrEmpty('/proc/sys/kernel/core_pattern').trim(),
    engineSocket: SOCKETS.find(isSocket) ?? null,
    engineHost: environment.DOCKER_HOST || null,
    inPod,
    skipAutoInstall: environment.GLPI_SKIP_AUTOINSTALL || null,
  };
}

/** @param limits the text of `/proc/self/limits` */
export function coreLimitOf(limits: string): number | null {
  const soft = /^Max core file size\s+(\S+)/m.exec(limits)?.[1];
  return soft === undefined ? 0 : soft === 'unlimited' ? null : Number(soft);
}

/** A machine's root is no overlay. */
function isLayered(mounts: readonly Mount[]): boolean {
  return mounts.some((each) => each.point === '/' && ['overlay', 'fuse.fuse-overlayfs'].includes(each.type));
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

function isSocket(path: string): boolean {
  try {
    return statSync(path).isSocket();
  } catch {
    return false;
  }
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
