import { closeSync, constants, fsync, openSync, renameSync } from 'node:fs';
import { promisify } from 'node:util';
import { systemCode } from '../../core/failure.ts';
import { discard, knowsNoSync, openTemporary, replaceWhole, type Workplace } from './write-whole.ts';

export interface NewFile {
  /** Absolute. */
  readonly target: string;
  readonly content: Uint8Array;
}

const sync = promisify(fsync);

/**
 * Puts each content under its target, as `replaceWhole` does durably, but all are synced at the same time: what takes long is
 * the file system's journal, which is then written once for several. A file has its own name only after its sync; killed
 * on the way, some are in place and whole, the others are temporary files for the next start to remove.
 *
 * @throws the system's error; those not in place yet are gone then
 */
export async function replaceTogether(place: Workplace, files: readonly NewFile[]): Promise<void> {
  const opened: { readonly file: NewFile; readonly temporary: string; readonly descriptor: number }[] = [];
  try {
    for (const file of files) opened.push({ file, ...openTemporary(place, file.content) });
    const synced = await Promise.allSettled(opened.map(({ descriptor }) => sync(descriptor)));
    for (const each of synced) if (each.status === 'rejected') throw each.reason;
    for (const { file, temporary } of opened) rename(place, temporary, file);
  } finally {
    for (const { descriptor, temporary } of opened) {
      closeSync(descriptor);
      discard(temporary);
    }
  }
}

/** As `syncDirectory`, for many at the same time. */
export async function syncDirectories(paths: readonly string[]): Promise<void> {
  for (let start = 0; start < paths.length; start += AT_ONCE) {
    const opened: number[] = [];
    try {
      for (const path of paths.slice(start, start + AT_ONCE)) opened.push(openSync(path, DIRECTORY));
      for (const each of await Promise.allSettled(opened.map((descriptor) => sync(descriptor))))
        if (each.status === 'rejected' && !knowsNoSync(each.reason)) throw each.reason;
    } finally {
      for (const descriptor of opened) closeSync(descriptor);
    }
  }
}

/** Descriptors that are open at the same time. */
const AT_ONCE = 16;
const DIRECTORY = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

function rename(place: Workplace, temporary: string, { target, content }: NewFile): void {
  try {
    renameSync(temporary, target);
  } catch (error) {
    // Another keeper started and cleaned up: what it took away is written again.
    if (systemCode(error) !== 'ENOENT') throw error;
    replaceWhole(place, target, content, { durable: true });
  }
}
