import type { Sha256 } from '../../core/brand.ts';
import { type RetentionLimits, retain } from '../retention.ts';
import type { GenerationStore } from '../stores.ts';
import type { Drawer } from './drawer.ts';
import { full } from './secret-failure.ts';

/** MaxSecretSize of Kubernetes (k8s.io/api/core/v1): over the decoded values of `data`, in bytes. */
export const SECRET_LIMIT = 1024 * 1024;
/** What the escrow may take of it, in bytes. */
export const ESCROW_LIMIT = 700 * 1024;
/** Left free for the list of what found no room. */
const SPARE = 32 * 1024;

/** Under pressure repetition goes before escrow does: two steps below the limits of retention.ts. */
const TIGHTER: readonly RetentionLimits[] = [
  { newest: 10, days: 7, weeks: 8, months: 12 },
  { newest: 3, days: 1, weeks: 1, months: 1 },
];

interface Chunk {
  readonly key: string;
  readonly name: Sha256;
  readonly size: number;
  /** The higher, the sooner it goes: compared member by member. */
  readonly rank: readonly number[];
}

/**
 * Makes a drawer fit into a Secret before it is sent. First the escrow is brought to its share: what only older
 * generations name goes before what is current, within each the tokens of users before what configures GLPI, within these
 * the older. Then repeated generations go, then more escrow. Which chunks were left out is written down with them.
 *
 * @throws Failure `vault-full` where even so it does not fit: nothing is sent then
 */
export async function makeRoom(drawer: Drawer, generations: GenerationStore, now: Date): Promise<void> {
  const escrow = sum(drawer.ofKind('chunk').map(({ key }) => drawer.get(key)?.length ?? 0));
  await evict(drawer, generations, escrow - ESCROW_LIMIT);
  for (const limits of TIGHTER) {
    if (drawer.size > SECRET_LIMIT - SPARE) await removeRepetition(generations, { ...limits, now });
  }
  await evict(drawer, generations, drawer.size - (SECRET_LIMIT - SPARE));
  if (drawer.size > SECRET_LIMIT) throw full(drawer.target, drawer.size, SECRET_LIMIT);
}

/** Chunks of the newest generation that are not here, and how many values they hold. */
export async function leftOutNow(
  drawer: Drawer,
  generations: GenerationStore,
): Promise<{ chunks: number; values: number; of: number }> {
  const newest = (await generations.read()).records.findLast(({ escrow }) => escrow.count > 0);
  const leftOut = drawer.leftOut();
  const missing = (newest?.escrow.chunks ?? []).filter((name) => leftOut.has(name));
  return {
    chunks: missing.length,
    values: sum(missing.map((name) => leftOut.get(name) ?? 0)),
    of: newest?.escrow.count ?? 0,
  };
}

/** Takes out chunks of at least `excess` bytes, the least worth first, and writes down which. */
async function evict(drawer: Drawer, generations: GenerationStore, excess: number): Promise<void> {
  const leftOut = drawer.leftOut();
  const chunks = await rankChunks(drawer, generations);
  let left = excess;
  for (const { key, name, size } of chunks) {
    if (left <= 0) {
      leftOut.delete(name);
      continue;
    }
    drawer.delete(key);
    leftOut.set(name, drawer.values.get(name) ?? leftOut.get(name) ?? 0);
    left -= size;
  }
  drawer.noteLeftOut(leftOut);
}

async function rankChunks(drawer: Drawer, generations: GenerationStore): Promise<Chunk[]> {
  const chunks = drawer.ofKind('chunk');
  if (chunks.length === 0) return [];
  const { records } = await generations.read();
  const current = new Set(records.findLast(({ escrow }) => escrow.count > 0)?.escrow.chunks);
  const newest = new Map<Sha256, number>();
  for (const { generation, escrow } of records) for (const name of escrow.chunks) newest.set(name, generation.number);
  const ranked = chunks.map(({ key, entry: { name, worth } }) => ({
    key,
    name,
    size: drawer.get(key)?.length ?? 0,
    rank: [current.has(name) ? 0 : 1, worth, -(newest.get(name) ?? 0)],
  }));
  return ranked.sort((a, b) => compare(b.rank, a.rank) || (a.name < b.name ? -1 : 1));
}

async function removeRepetition(
  generations: GenerationStore,
  options: RetentionLimits & { readonly now: Date },
): Promise<void> {
  const { records } = await generations.read();
  const { remove } = retain(
    records.map(({ generation }) => generation),
    options,
  );
  generations.remove(remove.map(({ number }) => number));
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [index, value] of a.entries()) {
    const difference = value - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
