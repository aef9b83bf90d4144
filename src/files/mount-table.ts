import { readFileSync } from 'node:fs';
import { posix } from 'node:path';

/** One mount as this process sees it: a line of `/proc/self/mountinfo`, proc_pid_mountinfo(5). */
export interface MountFact {
  /** Where it is mounted. */
  readonly point: string;
  /** `ext4`, `overlay`, `nfs4`, … */
  readonly type: string;
  /** What is mounted: a device, `server:/export`. */
  readonly source: string;
  /** Of this mount, then of the file system itself: `ro`, `noatime`, `uid=33`, … */
  readonly options: readonly string[];
}

/** Later lines lie over earlier ones. */
export function parseMountTable(text: string): MountFact[] {
  return text.split('\n').flatMap((line) => {
    const [mine = '', rest = ''] = line.split(' - ');
    const [, , , , point, options = ''] = mine.split(' ');
    const [type = '', source = '', superOptions = ''] = rest.split(' ');
    if (point === undefined) return [];
    const all = [...options.split(','), ...superOptions.split(',')].filter((each) => each !== '');
    return [{ point: decodeField(point), type, source: decodeField(source), options: all }];
  });
}

/** The mount that a path lies on: the one with the longest mount point above it, the last of several there. */
export function mountOf(path: string, mounts: readonly MountFact[]): MountFact | null {
  let nearest: MountFact | null = null;
  for (const mount of mounts) {
    const relative = posix.relative(mount.point, path);
    if (relative === '..' || relative.startsWith('../')) continue;
    if (nearest === null || mount.point.length >= nearest.point.length) nearest = mount;
  }
  return nearest;
}

/** '' without /proc. */
export function readMountTable(): string {
  try {
    return readFileSync('/proc/self/mountinfo', 'utf8');
  } catch {
    return '';
  }
}

/** Spaces, tabs, newlines and backslashes stand in mountinfo as three octal digits. */
function decodeField(field: string): string {
  return field.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
