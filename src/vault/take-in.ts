import { Failure } from '../core/failure.ts';
import type { Envelope } from './age-envelope.ts';
import { decodeChunk } from './chunk-file.ts';
import { decodeGeneration, type GenerationRecord, placeGeneration } from './generation-format.ts';
import { newerFormat } from './newer-format.ts';
import { type MergePlan, type Placed, planMerge } from './plan-merge.ts';
import { decodeRecord } from './record-format.ts';
import type { Stores } from './stores.ts';
import type { RecordName, TakenIn, VaultPart } from './vault.ts';

export interface TakeInParts extends Stores {
  readonly instance: string;
  readonly envelope: Envelope;
}

/** Another keeper may write at the same time; each time the numbers are decided anew. */
const ATTEMPTS = 10;

/**
 * Takes another vault's parts in. First all of them are read and checked, and nothing is written if one is not whole.
 * Then chunks, generations and records are written in this order, each whole or not at all, and generations from the
 * newest down. Killed anywhere, the vault is one that has taken in some of them, what is newest is right, and doing it
 * again takes in the rest.
 */
export async function takeIn(
  stores: TakeInParts,
  parts: () => AsyncIterable<VaultPart>,
  { dryRun }: { readonly dryRun: boolean },
): Promise<TakenIn> {
  const incoming = await checkParts(stores, parts());
  for (let attempt = 1; ; attempt += 1) {
    const plan = await planNow(stores, incoming.generations);
    const chunks = dryRun ? await countMissing(stores, parts()) : await takeChunks(stores, parts());
    const placed = dryRun || (await placeAll(stores, plan, parts()));
    if (!placed && attempt === ATTEMPTS) throw tooBusy(stores.instance);
    if (!placed) continue;
    const records = await takeRecords(stores, parts(), dryRun);
    return { ...reportOf(plan, incoming.generations), chunks, records };
  }
}

interface Incoming {
  /** Oldest first. */
  readonly generations: readonly Placed[];
}

async function checkParts(stores: TakeInParts, parts: AsyncIterable<VaultPart>): Promise<Incoming> {
  const generations: Placed[] = [];
  for await (const part of parts) {
    const problem = await problemOf(part, stores, generations);
    if (problem !== null) throw damagedPart(part, problem);
  }
  return { generations: generations.reverse() };
}

/** What is wrong with a part; a generation that is whole is added to `generations`. */
async function problemOf(part: VaultPart, stores: TakeInParts, generations: Placed[]): Promise<string | null> {
  const { instance, envelope } = stores;
  switch (part.kind) {
    case 'chunk': {
      const found = await decodeChunk(part.bytes, part.name, envelope);
      return found.kind === 'damaged' ? found.reason : null;
    }
    case 'generation': {
      const { number } = part;
      const above = generations.at(-1)?.number ?? Number.POSITIVE_INFINITY;
      const decoded = await decodeGeneration(part.bytes, { number, instance }, envelope);
      if (decoded.kind === 'newer') throw newerFormat(nameOf(part), decoded.format, decoded.readableFrom);
      if (decoded.kind === 'damaged') return decoded.reason;
      if (number >= above) return 'is not in its place';
      generations.push(placedOf(decoded.record));
      return null;
    }
    case 'record': {
      const decoded = await decodeRecord(part.bytes, { name: part.name, instance }, envelope);
      if (decoded.kind === 'newer') throw newerFormat(nameOf(part), decoded.format, decoded.readableFrom);
      return decoded.kind === 'damaged' ? decoded.reason : null;
    }
  }
}

async function planNow({ generations }: TakeInParts, incoming: readonly Placed[]): Promise<MergePlan> {
  const { records, taken } = await generations.read();
  return planMerge(records.map(placedOf), incoming, taken);
}

async function takeChunks({ escrow }: TakeInParts, parts: AsyncIterable<VaultPart>): Promise<number> {
  let count = 0;
  for await (const part of parts) {
    if (part.kind !== 'chunk') break;
    if (await escrow.take(part.name, part.bytes)) count += 1;
  }
  return count;
}

async function countMissing({ escrow }: TakeInParts, parts: AsyncIterable<VaultPart>): Promise<number> {
  let count = 0;
  for await (const part of parts) {
    if (part.kind !== 'chunk') break;
    if ((await escrow.bytes(part.name)).kind === 'damaged') count += 1;
  }
  return count;
}

/** Writes generations from the newest down, as they come. @returns false where somebody took one of the numbers */
async function placeAll(stores: TakeInParts, plan: MergePlan, parts: AsyncIterable<VaultPart>): Promise<boolean> {
  const left = [...plan.placements];
  for await (const part of parts) {
    if (part.kind === 'chunk') continue;
    if (part.kind === 'record') break;
    // Own generations that move stand between those that come in.
    while (left[0]?.source === 'own') if (!(await placeOwn(stores, left))) return false;
    if (left[0]?.from !== part.number) continue;
    if (!(await place(stores, part.bytes, left.shift()?.to ?? 0))) return false;
  }
  while (left.length > 0) if (!(await placeOwn(stores, left))) return false;
  stores.generations.remove(plan.obsolete);
  return true;
}

async function placeOwn(stores: TakeInParts, left: MergePlan['placements'][number][]): Promise<boolean> {
  const placement = left.shift();
  if (placement?.source !== 'own') return false;
  const bytes = stores.generations.bytes(placement.from);
  return bytes !== null && (await place(stores, bytes, placement.to));
}

async function place({ generations, envelope }: TakeInParts, bytes: Buffer, number: number): Promise<boolean> {
  return generations.write(number, await placeGeneration(bytes, number, envelope));
}

async function takeRecords(
  { records }: TakeInParts,
  parts: AsyncIterable<VaultPart>,
  dryRun: boolean,
): Promise<RecordName[]> {
  const taken: RecordName[] = [];
  for await (const part of parts) {
    if (part.kind !== 'record') continue;
    const missing = dryRun
      ? (await records.file(part.name))?.kind !== 'whole'
      : await records.take(part.name, part.bytes);
    if (missing) taken.push(part.name);
  }
  return taken;
}

function reportOf(plan: MergePlan, incoming: readonly Placed[]): Omit<TakenIn, 'chunks' | 'records'> {
  const oldestFirst = [...plan.placements].reverse();
  const came = oldestFirst.filter((each) => each.source === 'incoming');
  const timeOf = new Map(incoming.map((each) => [each.number, new Date(each.createdAt).toISOString()]));
  return {
    generations: came.map(({ from, to }) => ({ number: to, from, createdAt: timeOf.get(from) ?? '' })),
    known: incoming.length - came.length,
    moved: oldestFirst.filter((each) => each.source === 'own').map(({ from, to }) => ({ from, to })),
  };
}

function placedOf({ generation: { id, createdAt, number } }: GenerationRecord): Placed {
  return { key: `${id} ${createdAt}`, createdAt: Date.parse(createdAt), number };
}

function nameOf(part: VaultPart): string {
  return part.kind === 'generation' ? `generation ${part.number}` : `${part.kind} ${part.name}`;
}

function damagedPart(part: VaultPart, reason: string): Failure {
  return new Failure('export-damaged', `${nameOf(part)} in it ${reason}`, {
    expected: 'a whole export of this instance',
    try: 'use another copy of the file, or an older export',
  });
}

function tooBusy(instance: string): Failure {
  return new Failure('vault-unwritable', 'other keepers wrote generations faster than these could be placed', {
    target: instance,
    try: 'stop the other keepers of this vault, and run it again',
  });
}
