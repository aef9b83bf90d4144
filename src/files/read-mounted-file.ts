import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AbsolutePath } from '../core/brand.ts';

/** As much as is read of any guarded file, in bytes. */
const LIMIT = 64 * 1024;

/**
 * A file of a mounted Secret; null where there is none that can be read, or none of a sensible size. Symbolic links are
 * followed, for the kubelet makes each member one (`..data/name`), and the administrator alone mounts there.
 */
export function readMountedFile(directory: AbsolutePath, name: string): Buffer | null {
  let descriptor: number;
  try {
    descriptor = openSync(join(directory, name), constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return null;
  }
  try {
    const status = fstatSync(descriptor);
    return status.isFile() && status.size > 0 && status.size <= LIMIT ? readFileSync(descriptor) : null;
  } catch {
    return null;
  } finally {
    closeSync(descriptor);
  }
}
