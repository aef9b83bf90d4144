import { lstatSync } from 'node:fs';
import { dirname } from 'node:path';
import { type AbsolutePath, absolutePath } from '../core/brand.ts';
import type { FileAccess } from '../core/guarded-set.ts';
import { parseMountTable, readMountTable } from './mount-table.ts';
import { accessOf } from './read-file.ts';

export interface NearestDirectory {
  /** The directory asked for, or its parent where it is absent. */
  readonly path: AbsolutePath;
  readonly access: FileAccess;
}

/**
 * The config directory, or, where it is absent, the volume mounted right above it: the place where a first start will
 * make it. Null where neither is there; a parent that is no mount point belongs to somebody else and does not count.
 *
 * @param mounts the text of `/proc/self/mountinfo` (proc_pid_mountinfo(5)): field 5 is the mount point; left out, it is
 *   read where it is asked for, which is only where the directory is absent
 */
export function nearestDirectory(path: AbsolutePath, mounts?: string): NearestDirectory | null {
  const own = directoryAccess(path);
  if (own !== null) return { path, access: own };
  const parent = absolutePath(dirname(path));
  if (!isMountPoint(parent, mounts ?? readMountTable())) return null;
  const access = directoryAccess(parent);
  return access === null ? null : { path: parent, access };
}

function directoryAccess(path: AbsolutePath): FileAccess | null {
  try {
    const stats = lstatSync(path, { bigint: true });
    return stats.isDirectory() ? accessOf(stats) : null;
  } catch {
    return null;
  }
}

function isMountPoint(path: string, mounts: string): boolean {
  return parseMountTable(mounts).some(({ point }) => point === path);
}
