import { closeSync, fsync, renameSync } from 'node:fs';
import { promisify } from 'node:util';
import { systemCode } from '../../core/failure.ts';
import { discard, openTemporary, replaceWhole, type Workplace } from './write-whole.ts';

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

function rename(place: Workplace, temporary: string, { target, content }: NewFile): void {
  try {
    renameSync(temporary, target);
  } catch (error) {
    // Another keeper started and cleaned up: what it took away is written again.
    if (systemCode(error) !== 'ENOENT') throw error;
    replaceWhole(place, target, content, { durable: true });
  }
}
