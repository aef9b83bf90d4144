import { posix } from 'node:path';
import type { Mount } from './container.ts';

/**
 * Where on the engine's host a path of a container lies; null when it lies on no volume or host path (in the container's
 * own layer, or in memory).
 */
export function hostPathOf(mounts: readonly Mount[], path: string): string | null {
  let nearest: Mount | null = null;
  for (const mount of mounts) {
    if (!contains(mount.destination, path)) continue;
    if (nearest === null || mount.destination.length > nearest.destination.length) nearest = mount;
  }
  if (nearest === null || nearest.source === '') return null;
  return posix.join(nearest.source, posix.relative(nearest.destination, path));
}

/** Where a container sees a path of the host; null when it does not, or another mount hides it. */
export function seenAt(mounts: readonly Mount[], hostPath: string): string | null {
  const wanted = posix.normalize(hostPath);
  for (const mount of mounts) {
    if (mount.source === '' || !contains(mount.source, wanted)) continue;
    const path = posix.join(mount.destination, posix.relative(mount.source, wanted));
    const seen = hostPathOf(mounts, path);
    if (seen !== null && posix.normalize(seen) === wanted) return path;
  }
  return null;
}

function contains(directory: string, path: string): boolean {
  const relative = posix.relative(directory, path);
  return relative === '' || (relative !== '..' && !relative.startsWith('../'));
}
