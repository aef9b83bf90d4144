import { gunzipSync, gzipSync } from 'node:zlib';
import type { Sha256 } from '../../core/brand.ts';
import { type Entry, entryOf, LEFT_OUT } from './entry-name.ts';

/** Nothing in a Secret, whose limit is 1 MiB, becomes longer when it is unpacked by this program's own doing. */
const UNZIPPED_LIMIT = 64 * 1024 * 1024;

/** The bytes of one entry and of the text in it: `damaged` where they are not gzip. */
export type Unpacked =
  | { readonly kind: 'text'; readonly bytes: Buffer }
  | { readonly kind: 'damaged'; readonly reason: string };

/**
 * A Secret's entries in memory, to be read and changed there; {@link changesSince} says what to send. One change of the
 * Secret is one drawer, so that it happens whole or not at all.
 */
export class Drawer {
  /** For messages: `secrets/glpi-keys in namespace glpi`. */
  readonly target: string;
  readonly #entries: Map<string, Buffer>;
  readonly #before: ReadonlyMap<string, Buffer>;
  /** How many values each chunk holds, where somebody said so. */
  readonly values = new Map<Sha256, number>();

  constructor(target: string, data: ReadonlyMap<string, Buffer>) {
    this.target = target;
    this.#before = data;
    this.#entries = new Map(data);
  }

  names(): string[] {
    return [...this.#entries.keys()].sort();
  }

  get(name: string): Buffer | null {
    return this.#entries.get(name) ?? null;
  }

  set(name: string, bytes: Buffer): void {
    this.#entries.set(name, bytes);
  }

  delete(name: string): void {
    this.#entries.delete(name);
  }

  pack(name: string, text: Uint8Array): void {
    this.set(name, gzipSync(text));
  }

  unpack(name: string): Unpacked | null {
    const packed = this.get(name);
    if (packed === null) return null;
    try {
      return { kind: 'text', bytes: gunzipSync(packed, { maxOutputLength: UNZIPPED_LIMIT }) };
    } catch {
      return { kind: 'damaged', reason: 'is truncated, or not gzip' };
    }
  }

  /** Entries of one kind, in the order of their names. */
  ofKind<K extends Entry['kind']>(kind: K): { readonly key: string; readonly entry: Extract<Entry, { kind: K }> }[] {
    return this.names().flatMap((key) => {
      const entry = entryOf(key);
      return isKind(entry, kind) ? [{ key, entry }] : [];
    });
  }

  /** What counts against the Secret's limit, in bytes. */
  get size(): number {
    let size = 0;
    for (const bytes of this.#entries.values()) size += bytes.length;
    return size;
  }

  /** Chunks that found no room, with how many values each holds. */
  leftOut(): Map<string, number> {
    const found = this.unpack(LEFT_OUT);
    if (found?.kind !== 'text') return new Map();
    try {
      return new Map(Object.entries(JSON.parse(found.bytes.toString('utf8')) as Record<string, number>));
    } catch {
      return new Map();
    }
  }

  noteLeftOut(chunks: ReadonlyMap<string, number>): void {
    this.delete(LEFT_OUT);
    if (chunks.size === 0) return;
    const sorted = Object.fromEntries([...chunks].sort(([a], [b]) => (a < b ? -1 : 1)));
    this.pack(LEFT_OUT, Buffer.from(JSON.stringify(sorted)));
  }

  /** Entries that are new or changed, and null for those that are gone. */
  changesSince(): Map<string, Buffer | null> {
    const changes = new Map<string, Buffer | null>();
    for (const name of this.#before.keys()) if (!this.#entries.has(name)) changes.set(name, null);
    for (const [name, bytes] of this.#entries) {
      if (this.#before.get(name)?.equals(bytes) !== true) changes.set(name, bytes);
    }
    return changes;
  }
}

function isKind<K extends Entry['kind']>(entry: Entry, kind: K): entry is Extract<Entry, { kind: K }> {
  return entry.kind === kind;
}
