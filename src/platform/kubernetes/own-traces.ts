import { readFileSync } from 'node:fs';

/** What a process can see of the pod that it runs in. */
export interface PodTraces {
  /** Null where nothing tells. */
  readonly podUid: string | null;
  /** Name of this process's own container. */
  readonly container: string | null;
  /** When this container began, in ms since 1970. */
  readonly startedAt: number;
}

/** Clock ticks a second in /proc (proc_pid_stat(5), sysconf(_SC_CLK_TCK)): 100 on every Linux that Node.js runs on. */
const TICKS = 100;

export function readPodTraces(): PodTraces {
  const own = ownContainer(readOrEmpty('/proc/self/mountinfo'));
  const started = startOfFirst(readOrEmpty('/proc/1/stat'), readOrEmpty('/proc/stat'));
  return {
    podUid: own?.podUid ?? null,
    container: own?.container ?? null,
    startedAt: started ?? Date.now() - process.uptime() * 1_000,
  };
}

/**
 * Pod and container by the termination log, which the kubelet mounts from `…/pods/UID/containers/NAME/HASH`
 * (getPodContainerDir in pkg/kubelet/kubelet_getters.go) whatever the runtime, its cgroups or the host name are.
 */
export function ownContainer(mountinfo: string): { readonly podUid: string; readonly container: string } | null {
  for (const line of mountinfo.split('\n')) {
    const [, , , root = ''] = line.split(' ');
    const found = /\/pods\/([0-9a-f][0-9a-f-]{30,35})\/containers\/([a-z0-9][a-z0-9-]*)\/[0-9a-f]+$/.exec(root);
    if (found !== null) return { podUid: found[1] ?? '', container: found[2] ?? '' };
  }
  return null;
}

/** When the first process of this PID namespace began, in ms since 1970; null where the texts do not tell. */
export function startOfFirst(stat: string, system: string): number | null {
  // Field 22; the name in field 2 may hold spaces and parentheses.
  const ticks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? Number.NaN);
  const boot = Number(/^btime (\d+)$/m.exec(system)?.[1] ?? Number.NaN);
  return Number.isFinite(ticks) && Number.isFinite(boot) ? (boot + ticks / TICKS) * 1_000 : null;
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
