import { lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AbsolutePath, absolutePath } from '../../core/brand.ts';
import { Failure } from '../../core/failure.ts';

const PREFIX = 'keykeeper-drill-';
const HOUR = 3_600_000;

/** A private place that is gone at the end of its block. */
export interface ScratchDirectory extends Disposable {
  /** An empty directory in it, mode 0700. */
  readonly config: AbsolutePath;
}

/**
 * Makes a directory, mode 0700, in memory where there is a file system for that (/dev/shm, which containers have and may
 * write to with a read-only root, too), else where temporary files go. A process that is killed with SIGKILL leaves it;
 * what is an hour old and our own goes when the next one is made.
 *
 * @throws Failure `file-write-failed` where neither can be written
 */
export function scratchDirectory(bases: readonly string[] = ['/dev/shm', tmpdir()]): ScratchDirectory {
  let cause: unknown;
  for (const base of bases) {
    removeLeftovers(base);
    try {
      const path = mkdtempSync(join(base, PREFIX));
      const config = join(path, 'config');
      mkdirSync(config, 0o700);
      return { config: absolutePath(config), [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
    } catch (error) {
      cause = error;
    }
  }
  throw new Failure('file-write-failed', 'there is no place for temporary files', {
    target: bases.join(', '),
    expected: 'a directory that this user may write to',
    try: 'mount a tmpfs at /tmp, and set TMPDIR where it is elsewhere',
    cause,
  });
}

function removeLeftovers(base: string): void {
  for (const name of listNames(base)) {
    const path = join(base, name);
    const status = lstatSync(path, { throwIfNoEntry: false });
    if (status?.isDirectory() !== true || status.uid !== process.geteuid?.()) continue;
    if (Date.now() - status.mtimeMs > HOUR) rmSync(path, { recursive: true, force: true });
  }
}

function listNames(base: string): string[] {
  try {
    return readdirSync(base).filter((name) => name.startsWith(PREFIX));
  } catch {
    return [];
  }
}
