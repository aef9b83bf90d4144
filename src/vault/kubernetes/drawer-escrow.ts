import { setImmediate as nextTurn } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Sha256 } from '../../core/brand.ts';
import type { EscrowEntry } from '../../core/generation.ts';
import type { DamagedGeneration } from '../../core/observation.ts';
import { type Envelope, isAgeFile } from '../age-envelope.ts';
import { type ChunkText, closedEscrow, decodeChunk } from '../chunk-file.ts';
import { readChunk } from '../escrow-chunk.ts';
import type { EscrowStore } from '../stores.ts';
import type { Drawer } from './drawer.ts';
import { fileOf } from './drawer-generations.ts';
import { chunkEntry, type Worth, worthOf } from './entry-name.ts';

/**
 * The escrow in a drawer: `escrow-<worth>-<SHA-256 of the text>`. Nothing can come between a chunk and the generation that
 * names it, for both are one change of the Secret: so a sweep needs to wait for nobody.
 */
export function drawerEscrow(drawer: Drawer, envelope: Envelope): EscrowStore {
  const keys = new Map(drawer.ofKind('chunk').map(({ key, entry }) => [entry.name, key]));
  const leftOut = drawer.leftOut();

  async function load(name: Sha256): Promise<ChunkText> {
    const packed = drawer.get(keys.get(name) ?? '');
    if (packed !== null) return await decodeChunk(packed, name, envelope);
    return { kind: 'damaged', reason: leftOut.has(name) ? 'was left out, for the Secret has no room' : 'is missing' };
  }

  function put(name: Sha256, worth: Worth, file: Buffer): void {
    const old = keys.get(name);
    if (old !== undefined) drawer.delete(old);
    keys.set(name, chunkEntry(name, worth));
    drawer.set(chunkEntry(name, worth), file);
  }

  return {
    async keep(chunks) {
      for (const { name, text } of chunks) {
        drawer.values.set(name, countOf(text));
        // All are compared: a Secret holds so few that it costs nothing, and somebody may have edited it by hand.
        if (keys.has(name) && (await load(name)).kind !== 'damaged') continue;
        const zipped = gzipSync(text);
        const { table, column } = placeOf(text);
        put(name, worthOf(table, column), envelope.seals ? await envelope.seal(zipped) : zipped);
        // Many values take a while to compress: the lease's heartbeat must not wait for all of them.
        await nextTurn();
      }
    },
    renew: () => {},
    async read(names, wanted = () => true) {
      const entries: EscrowEntry[] = [];
      const damaged: DamagedGeneration[] = [];
      for (const name of names) {
        // That there was no room for it is told once, as a finding, not at each reading.
        if (!keys.has(name) && leftOut.has(name)) continue;
        const found = await load(name);
        const file = fileOf(drawer, keys.get(name) ?? name);
        if (found.kind === 'closed') throw closedEscrow(file);
        const values = found.kind === 'text' ? readChunk(found.text) : null;
        if (values === null) damaged.push({ file, reason: reasonOf(found) });
        else for (const value of values) if (wanted(value.reference)) entries.push(value);
      }
      return { entries, damaged };
    },
    async bytes(name) {
      const found = await load(name);
      const packed = drawer.get(keys.get(name) ?? '');
      if (found.kind !== 'damaged' && packed !== null) return { kind: 'whole', bytes: packed };
      return { kind: 'damaged', file: fileOf(drawer, keys.get(name) ?? name), reason: reasonOf(found) };
    },
    async take(name, file) {
      if (keys.has(name) && (await load(name)).kind !== 'damaged') return false;
      const { table, column } = await openPlace(file, name, envelope);
      put(name, worthOf(table, column), envelope.seals && !isAgeFile(file) ? await envelope.seal(file) : file);
      return true;
    },
    replace(name, file) {
      const key = keys.get(name);
      if (key !== undefined) drawer.set(key, file);
    },
    sweep(named) {
      for (const [name, key] of keys) {
        if (named.has(name)) continue;
        drawer.delete(key);
        keys.delete(name);
      }
      const stillNamed = [...drawer.leftOut()].filter(([name]) => named.has(name as Sha256));
      drawer.noteLeftOut(new Map(stillNamed));
    },
  };
}

/** A chunk that is encrypted to somebody else cannot say where its values belong: worth what any table's are. */
async function openPlace(file: Buffer, name: Sha256, envelope: Envelope): Promise<{ table: string; column: string }> {
  const found = await decodeChunk(file, name, envelope);
  return found.kind === 'text' ? placeOf(found.text) : { table: '', column: '' };
}

function placeOf(text: string): { table: string; column: string } {
  return readChunk(text)?.[0]?.reference ?? { table: '', column: '' };
}

function countOf(text: string): number {
  return readChunk(text)?.length ?? 0;
}

function reasonOf(found: ChunkText): string {
  return found.kind === 'damaged' ? found.reason : 'is not an escrow chunk';
}
