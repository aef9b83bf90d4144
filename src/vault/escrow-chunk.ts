import { createHash, hash } from 'node:crypto';
import { type Sha256, sha256 } from '../core/brand.ts';
import type { EscrowEntry } from '../core/generation.ts';
import type { Sequence } from '../core/sequence.ts';
import { integer, list, looseObject, Mismatch, oneOf, optional, text } from '../core/shape.ts';
import type { ValueReference } from '../core/value.ts';

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

/** A pass asks for the digest of an escrow, and its captures for the chunks: each escrow is cut once. */
const cuts = new WeakMap<Sequence<EscrowEntry>, EscrowCut>();

/**
 * Cuts an escrow into chunks: the same values in any order give the same chunks.
 *
 * @param entries must never change after this
 */
export function chunkEscrow(entries: Sequence<EscrowEntry>): EscrowCut {
  const known = cuts.get(entries);
  if (known !== undefined) return known;
  const cut = cutNow(entries);
  cuts.set(entries, cut);
  return cut;
}

function cutNow(entries: Sequence<EscrowEntry>): EscrowCut {
  const chunks: Chunk[] = [];
  let count = 0;
  for (const bucket of bucketsOf(entries)) {
    const { text, size } = writeChunk(bucket.places.map((place) => entries.at(place) as EscrowEntry));
    chunks.push(new Chunk(sha256(hash('sha256', text, 'hex')), entries, bucket.places));
    count += size;
  }
  return { chunks, summary: summarize(count, chunks) };
}

/** A hundred thousand values as text take more memory than anything else here: it is written again when it is asked for. */
class Chunk implements EscrowChunk {
  readonly name: Sha256;
  readonly #entries: Sequence<EscrowEntry>;
  readonly #places: readonly number[];

  constructor(name: Sha256, entries: Sequence<EscrowEntry>, places: readonly number[]) {
    this.name = name;
    this.#entries = entries;
    this.#places = places;
  }

  get text(): string {
    return writeChunk(this.#places.map((place) => this.#entries.at(place) as EscrowEntry)).text;
  }
}

/** Places in the escrow of the values of one column in one range of ids. */
interface Bucket {
  readonly table: string;
  readonly column: string;
  readonly range: number;
  readonly places: number[];
}

/** In the order of their names; equal escrows give equal buckets, whatever order their values are in. */
function bucketsOf(entries: Sequence<EscrowEntry>): Bucket[] {
  const buckets = new Map<string, Map<number, Bucket>>();
  for (let place = 0; place < entries.length; place += 1) {
    const { table, column, id } = (entries.at(place) as EscrowEntry).reference;
    const range = Math.floor(id / IDS_PER_CHUNK);
    const name = `${table}\0${column}`;
    const ranges = buckets.get(name) ?? new Map<number, Bucket>();
    const bucket = ranges.get(range);
    if (bucket !== undefined) bucket.places.push(place);
    else buckets.set(name, ranges.set(range, { table, column, range, places: [place] }));
  }
  return [...buckets.values()]
    .flatMap((ranges) => [...ranges.values()])
    .sort((a, b) => compareText(a.table, b.table) || compareText(a.column, b.column) || a.range - b.range);
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

function writeChunk(bucket: readonly EscrowEntry[]): { text: string; size: number } {
  const lines = bucket.map(({ reference, value }) => ({ id: reference.id, line: writeLine(reference, value) }));
  lines.sort((a, b) => a.id - b.id || compareText(a.line, b.line));
  const distinct = lines.filter(({ line }, index) => line !== lines[index - 1]?.line);
  const [
    {
      reference: { table, column },
    } = NOWHERE,
  ] = bucket;
  const head = JSON.stringify({ keykeeper: 'escrow', format: 1, table, column });
  // One value a line, so that a person can read and grep it.
  const text = `${head.slice(0, -1)},"values":[\n${distinct.map(({ line }) => line).join(',\n')}\n]}\n`;
  return { text, size: distinct.length };
}

const NOWHERE = { reference: { table: '', column: '' } };

/** As JSON.stringify writes it; of a plain value it takes half the time. */
function writeLine({ id, context, name, jsonPath }: ValueReference, value: string): string {
  const isPlain = name === undefined && context === undefined && jsonPath === undefined && BASE64.test(value);
  return isPlain ? `{"id":${id},"value":"${value}"}` : JSON.stringify({ id, context, name, jsonPath, value });
}

const BASE64 = /^[A-Za-z0-9+/=]*$/;

function summarize(count: number, chunks: readonly EscrowChunk[]): EscrowSummary {
  if (chunks.length === 0) return NO_ESCROW;
  const names = chunks.map(({ name }) => name);
  const digest = createHash('sha256');
  for (const name of names) digest.update(`${name}\n`);
  return { count, digest: sha256(digest.digest('hex')), chunks: names };
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
