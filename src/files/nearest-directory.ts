import { lstatSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type AbsolutePath, absolutePath } from '../core/brand.ts';
import type { FileAccess } from '../core/guarded-set.ts';
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
 * @param mounts the text of `/proc/self/mountinfo` (proc_pid_mountinfo(5)): field 5 is the mount point
 */
export function nearestDirectory(path: AbsolutePath, mounts: string = readMounts()): NearestDirectory | null {
  const own = directoryAccess(path);
  if (own !== null) return { path, access: own };
  const parent = absolutePath(dirname(path));
  if (!isMountPoint(parent, mounts)) return null;
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
  return mounts.split('\n').some((line) => decodeField(line.split(' ')[4] ?? '') === path);
}

/** Spaces, tabs, newlines and backslashes stand in mountinfo as three octal digits. */
function decodeField(field: string): string {
  return field.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

function readMounts(): string {
  try {
    return readFileSync('/proc/self/mountinfo', 'utf8');
  } catch {
    return '';
  }
}
