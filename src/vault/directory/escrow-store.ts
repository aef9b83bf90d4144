import { closeSync, constants, fstatSync, futimesSync, lstatSync, openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Sha256 } from '../../core/brand.ts';
import { systemCode } from '../../core/failure.ts';
import type { EscrowEntry } from '../../core/generation.ts';
import type { DamagedGeneration } from '../../core/observation.ts';
import { type Envelope, isAgeFile } from '../age-envelope.ts';
import { CHUNK_LIMIT, type ChunkText, closedEscrow, decodeChunk } from '../chunk-file.ts';
import { type EscrowChunk, readChunk } from '../escrow-chunk.ts';
import type { ChunkFile, EscrowStore } from '../stores.ts';
import type { EscrowReading, WantedPlace } from '../vault.ts';
import { ensureFolder, type InstanceFolder } from './instance-folder.ts';
import { readRegular } from './read-regular.ts';
import { type NewFile, replaceTogether, syncDirectories } from './write-together.ts';
import { replaceWhole, syncDirectory, unlinkQuietly } from './write-whole.ts';

const HOUR = 60 * 60 * 1000;
/** Chunks that are synced together. */
const TOGETHER = 16;

/**
 * The escrow chunks of an instance as files: `escrow/<first two digits>/<SHA-256 of the text>`, gzip, in an age file where
 * there are recipients.
 *
 * Sweeping needs no lock. A writer stores each chunk, or renews its time, before it writes the generation that names
 * it; a sweep removes only chunks that no generation names and whose time is over an hour old. So a writer would have
 * to take an hour between the two to lose one. A clock that was set forward in between, or a sweep that looked at the
 * time just before it was renewed, could still take one: therefore the writer looks again once its generation is in
 * place, and stores what is missing.
 *
 * @param now the wall clock, in ms since the epoch, which file times are compared with.
 */
export function createEscrowStore(place: InstanceFolder, envelope: Envelope, now: () => number): EscrowStore {
  const suspect = new Set<Sha256>();
  return {
    keep: async (chunks, trusted) => {
      await keepChunks(place, envelope, chunks, new Set([...trusted].filter((name) => !suspect.has(name))), now());
      for (const { name } of chunks) suspect.delete(name);
    },
    renew: (names) => {
      for (const name of names) renewChunk(pathOf(place, name), now());
    },
    read: (names, wanted = () => true) => readChunks(place, envelope, names, suspect, wanted),
    bytes: (name) => readChunkFile(pathOf(place, name), name, envelope),
    take: (name, file) => takeChunk(place, envelope, name, file, now()),
    replace: (name, file) => {
      replaceWhole(place, pathOf(place, name), file, { durable: true });
      syncDirectory(join(place.escrow, name.slice(0, 2)));
    },
    sweep: (named) => sweepChunks(place, named, now()),
  };
}

async function keepChunks(
  place: InstanceFolder,
  envelope: Envelope,
  chunks: readonly EscrowChunk[],
  trusted: ReadonlySet<Sha256>,
  now: number,
): Promise<void> {
  const folders = new Set<string>();
  let files: NewFile[] = [];
  // Here and below, not at the top: a quiet run touches no chunk.
  const { gzipSync } = await import('node:zlib');
  for (const chunk of chunks) {
    const path = pathOf(place, chunk.name);
    const there = renewChunk(path, now);
    if (there && (trusted.has(chunk.name) || (await isWhole(path, chunk, envelope)))) continue;
    const folder = join(place.escrow, chunk.name.slice(0, 2));
    ensureFolder(folder, place.owner);
    const zipped = gzipSync(chunk.text, { level: 1 });
    const content = envelope.seals ? await envelope.seal(zipped) : zipped;
    files.push({ target: path, content });
    folders.add(folder);
    // A first capture of many values syncs hundreds of files: the lease's heartbeat must not wait for all of them.
    if (files.length < TOGETHER) continue;
    await replaceTogether(place, files);
    files = [];
  }
  await replaceTogether(place, files);
  await syncDirectories([...folders]);
}

/** Sealed to somebody else it cannot be compared; its name and age's own authentication must do. */
async function isWhole(path: string, { name }: Pick<EscrowChunk, 'name'>, envelope: Envelope): Promise<boolean> {
  const found = await loadChunk(path, name, envelope);
  return found.kind === 'text' || found.kind === 'closed';
}

async function readChunkFile(path: string, name: Sha256, envelope: Envelope): Promise<ChunkFile> {
  const reading = readRegular(path, CHUNK_LIMIT);
  if (reading.kind === 'absent') return { kind: 'damaged', file: path, reason: 'is missing' };
  if (reading.kind === 'unusable') return { kind: 'damaged', file: path, reason: reading.reason };
  const found = await decodeChunk(reading.bytes, name, envelope);
  if (found.kind === 'damaged') return { kind: 'damaged', file: path, reason: found.reason };
  return { kind: 'whole', bytes: reading.bytes };
}

async function takeChunk(
  place: InstanceFolder,
  envelope: Envelope,
  name: Sha256,
  file: Buffer,
  now: number,
): Promise<boolean> {
  const path = pathOf(place, name);
  if (renewChunk(path, now) && (await isWhole(path, { name }, envelope))) return false;
  const folder = join(place.escrow, name.slice(0, 2));
  ensureFolder(folder, place.owner);
  const content = envelope.seals && !isAgeFile(file) ? await envelope.seal(file) : file;
  replaceWhole(place, path, content, { durable: true });
  syncDirectory(folder);
  return true;
}

async function readChunks(
  place: InstanceFolder,
  envelope: Envelope,
  names: readonly Sha256[],
  suspect: Set<Sha256>,
  wanted: WantedPlace,
): Promise<EscrowReading> {
  const entries: EscrowEntry[] = [];
  const damaged: DamagedGeneration[] = [];
  for (const name of names) {
    const path = pathOf(place, name);
    const found = await loadChunk(path, name, envelope);
    if (found.kind === 'closed') throw closedEscrow(path);
    const values = found.kind === 'text' ? readChunk(found.text) : null;
    if (values !== null) {
      for (const value of values) if (wanted(value.reference)) entries.push(value);
      continue;
    }
    suspect.add(name);
    damaged.push({ file: path, reason: found.kind === 'damaged' ? found.reason : 'is not an escrow chunk' });
  }
  return { entries, damaged };
}

async function loadChunk(path: string, name: Sha256, envelope: Envelope): Promise<ChunkText> {
  const reading = readRegular(path, CHUNK_LIMIT);
  if (reading.kind === 'absent') return { kind: 'damaged', reason: 'is missing' };
  if (reading.kind === 'unusable') return { kind: 'damaged', reason: reading.reason };
  return decodeChunk(reading.bytes, name, envelope);
}

/** Sets the time of a chunk to now, where it is old; false when there is none. */
function renewChunk(path: string, now: number): boolean {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ELOOP') return false;
    throw error;
  }
  try {
    const status = fstatSync(descriptor);
    if (!status.isFile() || status.size === 0) return false;
    // Half an hour is enough for any writer, and saves most of these writes.
    if (now - status.mtimeMs > HOUR / 2) futimesSync(descriptor, now / 1000, now / 1000);
    return true;
  } finally {
    closeSync(descriptor);
  }
}

function sweepChunks(place: InstanceFolder, named: ReadonlySet<Sha256>, now: number): void {
  const known: ReadonlySet<string> = named;
  for (const prefix of listNames(place.escrow)) {
    if (!/^[0-9a-f]{2}$/.test(prefix)) continue;
    for (const name of listNames(join(place.escrow, prefix))) {
      if (!/^[0-9a-f]{64}$/.test(name) || known.has(name)) continue;
      const path = join(place.escrow, prefix, name);
      const status = lstatSync(path, { throwIfNoEntry: false });
      if (status?.isFile() && now - status.mtimeMs > HOUR) unlinkQuietly(path);
    }
  }
}

function listNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return [];
    throw error;
  }
}

function pathOf(place: InstanceFolder, name: Sha256): string {
  return join(place.escrow, name.slice(0, 2), name);
}
