import type { Pack } from 'tar-stream';
import { MARKER, markerContent } from '../marker.ts';
import type { VaultPart } from '../vault.ts';
import {
  ARCHIVE_FORMAT,
  ARCHIVE_READABLE_FROM,
  type ArchiveEntry,
  digestOf,
  digestOfEntries,
  END_NAME,
  entryName,
  HEAD_NAME,
} from './archive-shape.ts';

export interface ArchiveFacts {
  readonly instance: string;
  /** RFC 3339, UTC. */
  readonly createdAt: string;
}

/** What came out of writing; complete once the bytes were read to their end. */
export interface ArchiveCount {
  chunks: number;
  generations: number;
  records: number;
}

/**
 * A vault as one tar file (POSIX ustar, so that `tar` unpacks it into a vault that works): a head, the vault's files, and
 * an end that names them all with their SHA-256. Files pass through one at a time; none but the list of their names is
 * held.
 *
 * @param parts as a vault gives them
 */
export async function* writeArchive(
  facts: ArchiveFacts,
  parts: AsyncIterable<VaultPart>,
  count: ArchiveCount,
): AsyncGenerator<Uint8Array> {
  const { pack } = await import('tar-stream');
  const tar = pack();
  const feeding = feed(tar, facts, parts, count);
  // It ends the reading below as well, after what was written before.
  feeding.catch((error) => tar.destroy(error instanceof Error ? error : undefined));
  yield* tar as AsyncIterable<Uint8Array>;
  await feeding;
}

async function feed(tar: Pack, facts: ArchiveFacts, parts: AsyncIterable<VaultPart>, count: ArchiveCount) {
  const { instance, createdAt } = facts;
  const entries: ArchiveEntry[] = [];
  const mtime = new Date(createdAt);
  const add = (name: string, content: Buffer): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    tar.entry({ name, mode: 0o600, mtime }, content, (error) => (error == null ? resolve() : reject(error)));
    return promise;
  };
  const addPart = async (name: string, content: Buffer): Promise<void> => {
    entries.push({ name, size: content.length, sha256: digestOf(content) });
    await add(name, content);
  };
  const head = { keykeeper: 'export', format: ARCHIVE_FORMAT, readableFrom: ARCHIVE_READABLE_FROM, ...facts };
  await addPart(HEAD_NAME, json(head));
  await addPart(`${instance}/${MARKER}`, markerContent(instance));
  for await (const part of parts) {
    await addPart(entryName(instance, part), part.bytes);
    if (part.kind === 'chunk') count.chunks += 1;
    else if (part.kind === 'generation') count.generations += 1;
    else count.records += 1;
  }
  await add(END_NAME, json({ keykeeper: 'export-end', entries, sha256: digestOfEntries(entries) }));
  tar.finalize();
}

function json(value: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
}
