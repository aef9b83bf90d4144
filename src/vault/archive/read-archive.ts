import { pipeline } from 'node:stream/promises';
import { Failure } from '../../core/failure.ts';
import { newerFormat } from '../newer-format.ts';
import type { VaultPart } from '../vault.ts';
import {
  ARCHIVE_FORMAT,
  type ArchiveEntry,
  type ArchiveHead,
  digestOf,
  digestOfEntries,
  END_NAME,
  endShape,
  HEAD_NAME,
  headShape,
  partNamed,
} from './archive-shape.ts';

/** No entry is larger, in bytes: the record of a rescue may be this large (record-store.ts). */
const ENTRY_LIMIT = 256 * 1024 * 1024;

export interface ArchiveContents {
  readonly head: ArchiveHead;
  readonly entries: readonly ArchiveEntry[];
}

/**
 * Reads an archive to its end and checks it: form, format, instance, each entry's and the whole's SHA-256, that nothing is
 * missing and nothing added. One entry at a time is held.
 *
 * @param bytes of the tar file
 * @throws Failure `export-damaged`, `vault-newer-format`, `vault-foreign`
 */
export async function checkArchive(bytes: AsyncIterable<Uint8Array>, instance: string): Promise<ArchiveContents> {
  const found: ArchiveEntry[] = [];
  let head: ArchiveHead | null = null;
  let end: unknown = null;
  for await (const { name, content } of readEntries(bytes)) {
    if (end !== null) throw damaged('has something after its end');
    head ??= readHead(name, content, instance);
    if (name === END_NAME) end = parseJson(content);
    else found.push({ name, size: content.length, sha256: digestOf(content) });
  }
  if (head === null) throw damaged('holds nothing');
  if (end === null) throw damaged('ends before its end: it is cut short');
  const stated = endShape.safeParse(end);
  if (!stated.success || stated.data.sha256 !== digestOfEntries(stated.data.entries))
    throw damaged('has a damaged end');
  compare(stated.data.entries, found);
  return { head, entries: found };
}

/**
 * Reads the vault's files out of an archive that was checked. They are compared once more: the file may have changed
 * since.
 */
export async function* readParts(
  bytes: AsyncIterable<Uint8Array>,
  { head, entries }: ArchiveContents,
): AsyncGenerator<VaultPart> {
  const known = new Map(entries.map((each) => [each.name, each.sha256]));
  for await (const { name, content } of readEntries(bytes)) {
    if (name === END_NAME) continue;
    if (known.get(name) !== digestOf(content)) throw damaged(`changed while it was read ("${name}")`);
    const part = partNamed(head.instance, name, content);
    if (part !== null) yield part;
  }
}

async function* readEntries(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<{ name: string; content: Buffer }> {
  const { extract } = await import('tar-stream');
  const tar = extract();
  // A stream of another library, which has what Node.js asks of a writable one.
  const feeding = pipeline(bytes, tar as unknown as NodeJS.WritableStream);
  // How it ended comes out of the iteration below, after what was read before.
  feeding.catch(() => undefined);
  try {
    for await (const entry of tar) {
      const { name, size = 0, type } = entry.header;
      if (type !== 'file') throw damaged(`holds a ${type} ("${name}")`);
      if (size > ENTRY_LIMIT) throw damaged(`holds "${name}" of ${size} bytes`);
      yield { name, content: await contentOf(entry as AsyncIterable<Buffer>) };
    }
    await feeding;
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw damaged('is not a whole tar file', error);
  }
}

async function contentOf(entry: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of entry) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function readHead(name: string, content: Buffer, instance: string): ArchiveHead {
  const parsed = headShape.safeParse(name === HEAD_NAME ? parseJson(content) : null);
  if (!parsed.success) throw damaged('does not begin as an export does');
  const { format, readableFrom = null } = parsed.data;
  if (format > ARCHIVE_FORMAT) throw newerFormat('the export', format, readableFrom);
  if (parsed.data.instance === instance) return parsed.data;
  throw new Failure('vault-foreign', `the export is of the instance "${parsed.data.instance}"`, {
    expected: `one of "${instance}"`,
    try: `set KEYKEEPER_INSTANCE=${parsed.data.instance}, if that is the instance that you mean`,
  });
}

function compare(stated: readonly ArchiveEntry[], found: readonly ArchiveEntry[]): void {
  for (const [index, each] of found.entries()) {
    const expected = stated[index];
    if (expected === undefined || expected.name !== each.name) throw damaged(`holds "${each.name}" out of place`);
    if (expected.sha256 !== each.sha256) throw damaged(`holds a damaged "${each.name}"`);
  }
  const missing = stated[found.length];
  if (missing !== undefined) throw damaged(`lacks "${missing.name}"`);
}

function damaged(reason: string, cause?: unknown): Failure {
  return new Failure('export-damaged', `the export ${reason}`, {
    expected: 'a whole file as keykeeper export writes it',
    try: 'use another copy of the file, or an older export',
    ...(cause === undefined ? {} : { cause }),
  });
}

function parseJson(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString('utf8'));
  } catch {
    return null;
  }
}
