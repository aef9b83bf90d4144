import type { Mount } from '../../../vault/directory/mount.ts';

/** What becomes of what is written in a place once its container is made anew. */
export type Keeping =
  /** A volume with a name, a directory of the host, a disk: it stays. */
  | 'lasting'
  /** A volume without a name: the next container does not find it, `down --volumes` and `rm --volumes` remove it. */
  | 'anonymous-volume'
  /** The container's own layer. */
  | 'container'
  /** A file system in memory. */
  | 'memory'
  /** An emptyDir of Kubernetes: gone with the pod. */
  | 'pod';

/**
 * @param mount that the place lies on
 * @param contained whether this process runs in a container: a machine's root is a disk
 */
export function keepingOf(mount: Mount | null, contained: boolean): Keeping {
  if (mount === null) return 'lasting';
  if (mount.type === 'tmpfs' || mount.type === 'ramfs') return isEmptyDir(mount) ? 'pod' : 'memory';
  if (isEmptyDir(mount)) return 'pod';
  // Docker names a volume that nobody named with 64 hexadecimal digits; Podman does as well.
  if (/\/volumes\/[0-9a-f]{64}\/_data(\/|$)/.test(mount.root)) return 'anonymous-volume';
  return mount.point === '/' && contained ? 'container' : 'lasting';
}

/** The kubelet's own path for it: `pods/<uid>/volumes/kubernetes.io~empty-dir/<name>`. */
function isEmptyDir({ root }: Mount): boolean {
  return root.includes('/kubernetes.io~empty-dir/');
}
