import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { Extract } from 'tar-stream';
import { GUARDED_FILE_LIMIT } from '../../core/guarded-set.ts';
import type { Finds } from './finds.ts';
import { type Meter, metered, readUpTo, shielded } from './read-stream.ts';
import { readZipBuffer } from './read-zip.ts';
import { archiveKind, isWantedName, splitInnerPath } from './wanted-name.ts';

/** An archive, or one inside another, as it is being read. */
export interface ArchivePlace {
  /** For people, before the name of an entry. */
  readonly where: string;
  readonly meter: Meter;
  /** 0 for a file of its own, 1 for one inside another: deeper is not looked. */
  readonly level: 0 | 1;
  readonly signal: AbortSignal;
}

/**
 * Searches a tar stream, entry after entry; nothing of it touches a disk, and names in it are compared and shown only.
 *
 * @throws Error where it is damaged; what was found before stays found. The signal's reason, when aborted.
 */
export async function readTar(
  source: AsyncIterable<Buffer>,
  gzip: boolean,
  place: ArchivePlace,
  finds: Finds,
): Promise<void> {
  const { extract } = await import('tar-stream');
  const entries = extract();
  const { signal } = place;
  const feeding = feed(source, gzip, entries, place);
  // How it ended comes out of the iteration below, after what was read before.
  feeding.catch(() => undefined);
  for await (const entry of entries) {
    finds.entry(place.where);
    if (finds.full) break;
    const { name, size = 0, type } = entry.header;
    if ((type === 'file' || type === 'contiguous-file') && isLookedAt(name, place)) {
      const content = shielded(entry as AsyncIterable<Buffer>);
      await readEntry(content, { path: name, size }, place, finds);
      await content.drain();
    } else entry.resume();
  }
  signal.throwIfAborted();
  if (!finds.full) await feeding;
}

async function feed(source: AsyncIterable<Buffer>, gzip: boolean, entries: Extract, { meter, signal }: ArchivePlace) {
  const count = (chunks: AsyncIterable<Buffer>) => metered(chunks, meter);
  // A stream of another library, which has what Node.js asks of a writable one.
  const sink = entries as unknown as NodeJS.WritableStream;
  await (gzip ? pipeline(source, createGunzip(), count, sink, { signal }) : pipeline(source, count, sink, { signal }));
}

function isLookedAt(path: string, { level }: ArchivePlace): boolean {
  const { name } = splitInnerPath(path);
  return isWantedName(name) || (level === 0 && archiveKind(name) !== null);
}

async function readEntry(
  content: AsyncIterable<Buffer>,
  { path, size }: { readonly path: string; readonly size: number },
  place: ArchivePlace,
  finds: Finds,
): Promise<void> {
  const { folder, name } = splitInnerPath(path);
  const where = `${place.where}: ${path}`;
  if (isWantedName(name)) {
    const bytes = size > GUARDED_FILE_LIMIT ? null : await readUpTo(content, GUARDED_FILE_LIMIT);
    if (bytes === null) finds.unreadable(where, `${size} bytes, more than any such file`);
    else finds.take(name, `${place.where}\0${folder}`, where, bytes);
    return;
  }
  const inner: ArchivePlace = { ...place, where, level: 1 };
  try {
    const kind = archiveKind(name);
    if (kind !== 'zip') return await readTar(content, kind === 'gzip', inner, finds);
    const held = size > finds.limits.heldBytes ? null : await readUpTo(content, finds.limits.heldBytes);
    if (held === null) finds.archiveProblem(where, `it is a zip of ${size} bytes inside another archive`);
    else await readZipBuffer(held, inner, finds);
  } catch (error) {
    place.signal.throwIfAborted();
    finds.archiveProblem(where, describeDamage(error));
  }
}

/** What an archive library says, as the end of a sentence. */
export function describeDamage(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return `it is damaged, or not what its name says (${text.slice(0, 120)})`;
}
