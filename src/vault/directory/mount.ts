import { readFileSync } from 'node:fs';

/** One line of /proc/self/mountinfo (proc_pid_mountinfo(5)). */
export interface Mount {
  readonly id: string;
  /** `major:minor` of the file system. */
  readonly device: string;
  /** The folder of the file system that is mounted: `/` for all of it, another for a bind mount. */
  readonly root: string;
  readonly point: string;
  readonly type: string;
  /** All of a file system, or of a btrfs subvolume, as partitions are mounted; not a folder of it. */
  readonly whole: boolean;
  /** Nobody can write there through this mount. */
  readonly readOnly: boolean;
}

/** The mounts that this process sees; empty where there is no /proc. */
export function readMounts(): Mount[] {
  try {
    return parseMounts(readFileSync('/proc/self/mountinfo', 'utf8'));
  } catch {
    return [];
  }
}

export function parseMounts(text: string): Mount[] {
  const mounts: Mount[] = [];
  for (const line of text.split('\n')) {
    const [left, right] = line.split(' - ');
    const [id, , device, root, point, options] = left?.split(' ').map(unescapeOctal) ?? [];
    const [type, , superOptions] = right?.split(' ') ?? [];
    if (id === undefined || device === undefined || root === undefined || point === undefined) continue;
    if (type === undefined) continue;
    const subvolume = superOptions?.split(',').includes(`subvol=${root}`) ?? false;
    const readOnly = [options, superOptions].some((each) => each?.split(',').includes('ro'));
    mounts.push({ id, device, root, point, type, whole: root === '/' || subvolume, readOnly });
  }
  return mounts;
}

/** The mount that an absolute path without symbolic links lies on: the deepest, and of two on one point the later. */
export function mountOf(mounts: readonly Mount[], path: string): Mount | null {
  let found: Mount | null = null;
  for (const mount of mounts) {
    if (!isWithin(path, mount.point)) continue;
    if (found === null || mount.point.length >= found.point.length) found = mount;
  }
  return found;
}

/**
 * Whether `vault` lies on the volume that `glpi` lies on. Only what is certain counts: one disk that holds both, the
 * root of a container or machine, or a partition such as /var is not a volume of GLPI's.
 *
 * @param sameFolder tells whether two mount points show the same folder, where mountinfo does not (NFS shows `/` as
 *   the root of every mount)
 */
export function sharesVolume(
  mounts: readonly Mount[],
  vault: string,
  glpi: string,
  sameFolder: (a: string, b: string) => boolean,
): boolean {
  const [ours, theirs] = [mountOf(mounts, vault), mountOf(mounts, glpi)];
  if (ours === null || theirs === null || ours.device !== theirs.device) return false;
  if (ours.point === '/' || theirs.point === '/') return false;
  if (ours.id === theirs.id) return !theirs.whole;
  if (theirs.type.startsWith('nfs')) return sameFolder(ours.point, theirs.point);
  return isWithin(`${ours.root}/${vault.slice(ours.point.length)}`, theirs.root);
}

/** Whether `path` is `folder` or below it; both absolute. */
export function isWithin(path: string, folder: string): boolean {
  return withSlash(path).startsWith(withSlash(folder));
}

function withSlash(path: string): string {
  const single = path.includes('//') ? path.replace(/\/+/g, '/') : path;
  return single.endsWith('/') ? single : `${single}/`;
}

/** Space, tab, newline and backslash stand as octal escapes. */
function unescapeOctal(field: string): string {
  if (!field.includes('\\')) return field;
  return field.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
