import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** What a process can see of the container that it runs in. */
export interface OwnTraces {
  /** `/proc/self/mountinfo`, see proc_pid_mountinfo(5). */
  readonly mountinfo: string;
  /** `/proc/self/cgroup`, see cgroups(7). */
  readonly cgroup: string;
  readonly hostname: string;
}

/** Files that an engine mounts into every container from the folder that bears the container's id. */
const ENGINE_FILES = ['/etc/hostname', '/etc/hosts', '/etc/resolv.conf'];

export function readOwnTraces(): OwnTraces {
  return {
    mountinfo: readOrEmpty('/proc/self/mountinfo'),
    cgroup: readOrEmpty('/proc/self/cgroup'),
    hostname: hostname(),
  };
}

/**
 * Ids that may be this process's own container, the surest first: from the files that the engine mounts (any cgroup
 * version, any host name), from the cgroup (version 1), from the host name (the engine's default is the short id). Empty
 * outside a container.
 */
export function ownContainerIds(traces: OwnTraces): string[] {
  const ids = new Set<string>();
  for (const line of traces.mountinfo.split('\n')) {
    const [, , , root = '', mountPoint = ''] = line.split(' ');
    // On the host other containers' folders are mounted too, but never at these places.
    if (!ENGINE_FILES.includes(mountPoint)) continue;
    const id = /containers\/([0-9a-f]{64})\//.exec(root)?.[1];
    if (id !== undefined) ids.add(id);
  }
  for (const line of traces.cgroup.split('\n')) {
    const id = /[/-]([0-9a-f]{64})(?:\.scope)?$/.exec(line)?.[1];
    if (id !== undefined) ids.add(id);
  }
  if (/^[0-9a-f]{12}$/.test(traces.hostname)) ids.add(traces.hostname);
  return [...ids];
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
