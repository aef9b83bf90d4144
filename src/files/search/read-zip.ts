import { crc32 } from 'node:zlib';
import type { Entry, ZipFile } from 'yauzl';
import { GUARDED_FILE_LIMIT } from '../../core/guarded-set.ts';
import type { Finds } from './finds.ts';
import { metered, readUpTo } from './read-stream.ts';
import { type ArchivePlace, describeDamage, readTar } from './read-tar.ts';
import { archiveKind, isWantedName, splitInnerPath } from './wanted-name.ts';

// Names are read here: the library would refuse the whole archive for one that leads out of it.
const OPTIONS = { autoClose: false, lazyEntries: true, decodeStrings: false } as const;

/** Searches a zip by its directory; only what is wanted is unfolded. The descriptor stays the caller's. */
export async function readZipDescriptor(descriptor: number, place: ArchivePlace, finds: Finds): Promise<void> {
  const { fromFdPromise } = await import('yauzl');
  await readZip(await fromFdPromise(descriptor, OPTIONS), place, finds);
}

export async function readZipBuffer(bytes: Buffer, place: ArchivePlace, finds: Finds): Promise<void> {
  const { fromBufferPromise } = await import('yauzl');
  await readZip(await fromBufferPromise(bytes, OPTIONS), place, finds);
}

async function readZip(zip: ZipFile, place: ArchivePlace, finds: Finds): Promise<void> {
  for await (const entry of zip.eachEntry()) {
    place.signal.throwIfAborted();
    finds.entry(place.where);
    if (finds.full) return;
    await readEntry(zip, entry, place, finds);
  }
}

async function readEntry(zip: ZipFile, entry: Entry, place: ArchivePlace, finds: Finds): Promise<void> {
  const path = nameOf(entry);
  const { folder, name } = splitInnerPath(path);
  const kind = place.level > 0 ? null : archiveKind(name);
  if (path.endsWith('/') || (!isWantedName(name) && kind === null)) return;
  const where = `${place.where}: ${path}`;
  if (!entry.canDecodeFileData()) {
    const why = entry.isEncrypted() ? 'encrypted' : `compression method ${entry.compressionMethod}`;
    return finds.archiveProblem(where, `it is stored in a way that is not read (${why})`);
  }
  try {
    if (kind !== null) return await readInner(zip, entry, kind, { ...place, where, level: 1 }, finds);
    const content = await readContent(zip, entry, GUARDED_FILE_LIMIT, place);
    if (content === null) finds.unreadable(where, `${entry.uncompressedSize} bytes, more than any such file`);
    else finds.take(name, `${place.where}\0${folder}`, where, content);
  } catch (error) {
    place.signal.throwIfAborted();
    finds.archiveProblem(where, describeDamage(error));
  }
}

async function readInner(
  zip: ZipFile,
  entry: Entry,
  kind: 'tar' | 'gzip' | 'zip',
  place: ArchivePlace,
  finds: Finds,
): Promise<void> {
  if (kind !== 'zip') return await readTar(await zip.openReadStreamPromise(entry), kind === 'gzip', place, finds);
  const held = await readContent(zip, entry, finds.limits.heldBytes, place);
  if (held !== null) return await readZipBuffer(held, place, finds);
  finds.archiveProblem(place.where, `it is a zip of ${entry.uncompressedSize} bytes inside another archive`);
}

/** Null where it is larger than `limit`. @throws Error where it is not what the archive's directory says */
async function readContent(zip: ZipFile, entry: Entry, limit: number, { meter }: ArchivePlace): Promise<Buffer | null> {
  if (entry.uncompressedSize > limit) return null;
  const content = await readUpTo(metered(await zip.openReadStreamPromise(entry), meter), limit);
  if (content !== null && crc32(content) !== entry.crc32) throw new Error('its checksum does not fit');
  return content;
}

/** Bit 11 of the flags says UTF-8 (APPNOTE.TXT 4.4.4); names that matter are ASCII in any other encoding. */
function nameOf(entry: Entry): string {
  const utf8 = (entry.generalPurposeBitFlag & 0x800) !== 0;
  return entry.fileNameRaw.toString(utf8 ? 'utf8' : 'latin1');
}
