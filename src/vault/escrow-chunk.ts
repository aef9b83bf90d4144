import { createHash } from 'node:crypto';
import { type Sha256, sha256 } from '../core/brand.ts';
import type { EscrowEntry } from '../core/generation.ts';
import { integer, list, looseObject, Mismatch, oneOf, optional, text } from '../core/shape.ts';

/**
 * How many ids share a chunk. A change of one value costs one chunk (about 28 kB of this many sealed values) and one
 * list of chunk names (about 27 kB at 100,000 values); near 256 their sum is smallest.
 */
export const IDS_PER_CHUNK = 256;

/** Values of one column in one range of ids. `name` is the SHA-256 of `text`, in UTF-8: equal values, equal name. */
export interface EscrowChunk {
  readonly name: Sha256;
  readonly text: string;
}

/** What a generation says of its escrow. */
export interface EscrowSummary {
  /** Number of values. */
  readonly count: number;
  /** SHA-256 over the chunk names, one a line; null when there are none. */
  readonly digest: Sha256 | null;
  readonly chunks: readonly Sha256[];
}

/** An escrow in chunks, with what a generation says of it. */
export interface EscrowCut {
  readonly chunks: readonly EscrowChunk[];
  readonly summary: EscrowSummary;
}

export const NO_ESCROW: EscrowSummary = { count: 0, digest: null, chunks: [] };

const chunkShape = looseObject({
  keykeeper: oneOf('escrow'),
  format: oneOf(1),
  table: text(),
  column: text(),
  values: list(
    looseObject({
      id: integer(),
      context: optional(text()),
      name: optional(text()),
      jsonPath: optional(text()),
      value: text(),
    }),
  ),
});

/** Cuts an escrow into chunks: the same values in any order give the same chunks. */
export function chunkEscrow(entries: Iterable<EscrowEntry>): EscrowCut {
  const buckets = new Map<string, EscrowEntry[]>();
  for (const entry of entries) {
    const { table, column, id } = entry.reference;
    const key = JSON.stringify([table, column, Math.floor(id / IDS_PER_CHUNK)]);
    const bucket = buckets.get(key);
    if (bucket === undefined) buckets.set(key, [entry]);
    else bucket.push(entry);
  }
  const chunks: EscrowChunk[] = [];
  let count = 0;
  for (const bucket of [...buckets.values()].sort((a, b) => compareFirst(a, b))) {
    const { chunk, size } = writeChunk(bucket);
    chunks.push(chunk);
    count += size;
  }
  return { chunks, summary: summarize(count, chunks) };
}

/** Reads a chunk's text back; null when it is not one. */
export function readChunk(content: string): EscrowEntry[] | null {
  const chunk = chunkShape(parseJson(content));
  if (chunk instanceof Mismatch) return null;
  const { table, column, values } = chunk;
  return values.map(({ id, context, name, jsonPath, value }) => ({
    reference: {
      table,
      column,
      id,
      ...(context === undefined ? {} : { context }),
      ...(name === undefined ? {} : { name }),
      ...(jsonPath === undefined ? {} : { jsonPath }),
    },
    value,
  }));
}

function writeChunk(bucket: readonly EscrowEntry[]): { chunk: EscrowChunk; size: number } {
  const values = new Map<string, { id: number; line: string }>();
  let place = { table: '', column: '' };
  for (const { reference, value } of bucket) {
    const { table, column, id, context, name, jsonPath } = reference;
    place = { table, column };
    const line = JSON.stringify({ id, context, name, jsonPath, value });
    values.set(line, { id, line });
  }
  const sorted = [...values.values()].sort((a, b) => a.id - b.id || compareText(a.line, b.line));
  const head = JSON.stringify({ keykeeper: 'escrow', format: 1, ...place });
  // One value a line, so that a person can read and grep it.
  const text = `${head.slice(0, -1)},"values":[\n${sorted.map(({ line }) => line).join(',\n')}\n]}\n`;
  return { chunk: { name: sha256(createHash('sha256').update(text).digest('hex')), text }, size: sorted.length };
}

function summarize(count: number, chunks: readonly EscrowChunk[]): EscrowSummary {
  if (chunks.length === 0) return NO_ESCROW;
  const names = chunks.map(({ name }) => name);
  const digest = createHash('sha256');
  for (const name of names) digest.update(`${name}\n`);
  return { count, digest: sha256(digest.digest('hex')), chunks: names };
}

function compareFirst(a: readonly EscrowEntry[], b: readonly EscrowEntry[]): number {
  const [left, right] = [a[0]?.reference, b[0]?.reference];
  if (left === undefined || right === undefined) return 0;
  return compareText(left.table, right.table) || compareText(left.column, right.column) || left.id - right.id;
}

/** By code unit: a locale must not change a chunk's name. */
function compareText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
