import { readdirSync } from 'node:fs';
import { Failure, systemCode } from '../../core/failure.ts';
import type { DamagedGeneration } from '../../core/observation.ts';
import type { Envelope } from '../age-envelope.ts';
import { type Decoded, decodeGeneration, type GenerationRecord } from '../generation-format.ts';
import { newerFormat } from '../newer-format.ts';
import type { GenerationStore, Shelf } from '../stores.ts';
import { type FileMemory, versionOf } from './file-memory.ts';
import type { InstanceFolder } from './instance-folder.ts';
import { readRegular } from './read-regular.ts';
import { vaultFailure } from './vault-failure.ts';
import { createWhole, replaceWhole, syncDirectory, unlinkQuietly } from './write-whole.ts';

/** A generation of the largest escrow and set of files stays far below. In bytes. */
const GENERATION_LIMIT = 64 * 1024 * 1024;
const NAME = /^(\d{6,9})\.json$/;
const HIGHEST = 999_999_999;

/**
 * The generation files of an instance: `generations/000001.json` and so on. Files never change, so what was read once is
 * read again only if the file is another.
 */
export function createGenerationStore(
  place: InstanceFolder,
  instance: string,
  envelope: Envelope,
  memory: FileMemory<Decoded>,
): GenerationStore {
  async function readOne(path: string, number: number): Promise<Decoded | null> {
    const version = versionOf(path);
    // Another keeper has just pruned it.
    if (version === null) return null;
    const known = memory.recall(path, version);
    if (known !== undefined) return known;
    const reading = readRegular(path, GENERATION_LIMIT);
    if (reading.kind === 'absent') return null;
    if (reading.kind === 'unusable') return { kind: 'damaged', reason: reading.reason };
    const decoded = await decodeGeneration(reading.bytes, { number, instance }, envelope);
    memory.remember(path, version, decoded);
    return decoded;
  }

  async function read(): Promise<Shelf> {
    const records: GenerationRecord[] = [];
    const damaged: DamagedGeneration[] = [];
    let highest = 0;
    const names = listNames(place);
    const { numbered, strange } = sortNames(names);
    memory.keepOnly(new Set(names.map((name) => `${place.generations}/${name}`)));
    for (const [name, number] of numbered) {
      highest = number;
      const file = `${place.generations}/${name}`;
      const decoded = await readOne(file, number);
      if (decoded === null) continue;
      if (decoded.kind === 'newer') throw newerFormat(file, decoded.format, decoded.readableFrom);
      if (decoded.kind === 'damaged') damaged.push({ file, reason: decoded.reason });
      else records.push(decoded.record);
    }
    for (const name of strange) damaged.push({ file: `${place.generations}/${name}`, reason: 'is not a generation' });
    return { records, damaged, highest, taken: new Set(numbered.map(([, number]) => number)) };
  }

  return {
    read,
    bytes: (number) => readBytes(pathOf(place, number)),
    write: (number, content) => writeGeneration(place, number, content),
    replace: (number, content) => {
      replaceWhole(place, pathOf(place, number), content, { durable: true });
      syncDirectory(place.generations);
    },
    remove: (numbers) => {
      for (const number of numbers) unlinkQuietly(pathOf(place, number));
      if (numbers.length > 0) syncDirectory(place.generations);
    },
  };
}

function writeGeneration(place: InstanceFolder, number: number, content: Buffer): boolean {
  if (number > HIGHEST) {
    throw new Failure('vault-unwritable', 'the vault has used up its numbers', {
      target: place.generations,
      expected: `numbers up to ${HIGHEST}`,
    });
  }
  const outcome = createWhole(place, pathOf(place, number), content, { durable: true });
  if (outcome === 'created') syncDirectory(place.generations);
  return outcome === 'created';
}

function readBytes(path: string): Buffer | null {
  const reading = readRegular(path, GENERATION_LIMIT);
  if (reading.kind === 'absent') return null;
  if (reading.kind === 'read') return reading.bytes;
  throw new Failure('vault-unreadable', `a file of the vault ${reading.reason}`, { target: path });
}

function pathOf(place: InstanceFolder, number: number): string {
  return `${place.generations}/${String(number).padStart(6, '0')}.json`;
}

/** A vault without a generations folder is an empty one: nothing was ever written, or everything was lost. */
function listNames(place: InstanceFolder): string[] {
  try {
    return readdirSync(place.generations);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw vaultFailure(error, place.generations, 'read');
  }
}

function sortNames(names: readonly string[]): { numbered: [string, number][]; strange: string[] } {
  const numbered: [string, number][] = [];
  const strange: string[] = [];
  for (const name of names) {
    const digits = NAME.exec(name)?.[1];
    if (digits === undefined) strange.push(name);
    else numbered.push([name, Number(digits)]);
  }
  return { numbered: numbered.sort((a, b) => a[1] - b[1]), strange: strange.sort() };
}
