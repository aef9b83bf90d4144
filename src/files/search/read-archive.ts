import { type BigIntStats, createReadStream, readSync } from 'node:fs';
import type { Finds } from './finds.ts';
import { Meter } from './read-stream.ts';
import { type ArchivePlace, describeDamage, readTar } from './read-tar.ts';
import { readZipDescriptor } from './read-zip.ts';

/** Bytes read from a file at once. */
const CHUNK = 256 * 1024;
const HEAD = 512;

/**
 * Searches an open file if its first bytes are those of a tar, a gzip or a zip, whatever it is called.
 *
 * @returns false where it is none of them
 * @throws only the signal's reason, when aborted
 */
export async function readArchive(
  descriptor: number,
  { size }: BigIntStats,
  where: string,
  finds: Finds,
  signal: AbortSignal,
): Promise<boolean> {
  const kind = kindOf(descriptor);
  if (kind === null) return false;
  const { bytes, ratio } = finds.limits;
  const meter = new Meter(bytes + ratio * Number(size), (taken) => finds.unfolded(taken));
  const place: ArchivePlace = { where, meter, level: 0, signal };
  try {
    if (kind === 'zip') await readZipDescriptor(descriptor, place, finds);
    else {
      const file = createReadStream('', { fd: descriptor, autoClose: false, start: 0, highWaterMark: CHUNK });
      await readTar(file, kind === 'gzip', place, finds);
    }
  } catch (error) {
    signal.throwIfAborted();
    finds.archiveProblem(where, describeDamage(error));
  }
  return true;
}

/** RFC 1952 section 2.3.1; APPNOTE.TXT 4.3.7 and 4.3.16 (an empty zip); POSIX ustar, `magic` at 257. */
function kindOf(descriptor: number): 'tar' | 'gzip' | 'zip' | null {
  const head = Buffer.alloc(HEAD);
  const length = readSync(descriptor, head, 0, HEAD, 0);
  if (head.readUInt16BE(0) === 0x1f8b) return 'gzip';
  if (['PK\u0003\u0004', 'PK\u0005\u0006'].includes(head.toString('latin1', 0, 4))) return 'zip';
  return length === HEAD && head.toString('latin1', 257, 262) === 'ustar' ? 'tar' : null;
}
