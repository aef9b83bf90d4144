import { lstatSync, opendirSync, unlinkSync } from 'node:fs';
import type { AbsolutePath } from '../core/brand.ts';
import { systemCode } from '../core/failure.ts';
import { openDirectory } from './directory-handle.ts';
import { processNamespace, TEMPORARY_NAME } from './temporary-file.ts';

/** A write takes milliseconds; a temporary file that is older than this, in ms, has no writer. */
const WRITE_TIME = 60_000;

/** Others write to this directory, and may fill it: looked at a few at a time, and no further than this. */
const MOST_NAMES = 100_000;
const MOST_LEFTOVERS = 1_000;

/**
 * Removes the temporary files of killed runs from `directory` and returns their names. Only regular files with exactly
 * such a name go, and only those that are older than a minute or whose writer, in this very pid namespace, is gone. A
 * writer that lost its file all the same (another machine on a shared volume) gets a Failure and has changed nothing.
 * `now` is the wall clock in ms. A directory that cannot be listed, and a file that cannot be removed, are left for the next run.
 */
export function leftovers(directory: AbsolutePath, now: number = Date.now()): string[] {
  const removed: string[] = [];
  const namespace = processNamespace();
  try {
    using handle = openDirectory(directory, 'write');
    for (const name of candidatesIn(handle.list)) {
      const [, writerNamespace, pid] = TEMPORARY_NAME.exec(name) ?? [];
      const abandoned = writerNamespace === namespace && namespace !== '0' && !isWriting(Number(pid));
      if (removeLeftover(handle.entry(name), abandoned, now)) removed.push(name);
    }
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
  }
  return removed;
}

/** The names that a temporary file may have; the first of them where somebody made more than any run leaves. */
function candidatesIn(path: string): string[] {
  const list = opendirSync(path);
  try {
    const found: string[] = [];
    for (let looked = 0; looked < MOST_NAMES && found.length < MOST_LEFTOVERS; looked += 1) {
      const entry = list.readSync();
      if (entry === null) break;
      if (TEMPORARY_NAME.test(entry.name)) found.push(entry.name);
    }
    return found;
  } finally {
    list.closeSync();
  }
}

function removeLeftover(path: string, abandoned: boolean, now: number): boolean {
  try {
    const stats = lstatSync(path);
    if (!stats.isFile()) return false;
    // A change time in the future means that the clock was set back: as old as it can be.
    if (!abandoned && Math.abs(now - stats.ctimeMs) < WRITE_TIME) return false;
    unlinkSync(path);
    return true;
  } catch {
    return false;
  }
}

/** This process writes synchronously, hence is not writing while it looks for leftovers. */
function isWriting(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) !== 'ESRCH';
  }
}
