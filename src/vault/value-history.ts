import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Sha256 } from '../core/brand.ts';
import type { DamagedGeneration } from '../core/observation.ts';
import { referenceKey } from '../core/reference-key.ts';
import type { ValueReference } from '../core/value.ts';
import type { GenerationRecord } from './generation-format.ts';
import type { EscrowReading, PastValue, ValueHistory, WantedPlace } from './vault.ts';

/** After so many chunks others get their turn: a lease's heartbeat must not wait for all of them. */
const CHUNKS_A_TURN = 32;

/**
 * Gathers which values stood where, out of the escrows of several generations. What stays the same from one to the next
 * is in the same chunks, and read once.
 *
 * @param records oldest first
 * @param readChunk reads the chunk of this name
 * @param wanted which places are asked for; all where it is left out
 */
export async function readHistory(
  records: readonly GenerationRecord[],
  readChunk: (name: Sha256) => Promise<EscrowReading>,
  wanted?: WantedPlace,
): Promise<ValueHistory> {
  const values = new Map<string, PastValue[]>();
  const found = new Map<string, ValueReference>();
  const damaged: DamagedGeneration[] = [];
  const read = new Set<Sha256>();
  for (const { generation, escrow } of [...records].reverse()) {
    const { number, createdAt } = generation;
    for (const name of escrow.chunks) {
      if (read.has(name)) continue;
      read.add(name);
      if (read.size % CHUNKS_A_TURN === 0) await nextTurn();
      const chunk = await readChunk(name);
      damaged.push(...chunk.damaged);
      for (const { reference, value } of chunk.entries) {
        if (wanted?.(reference) === false) continue;
        const key = referenceKey(reference);
        found.set(key, reference);
        add(values, key, { value, generation: number, createdAt });
      }
    }
  }
  return { values, places: found, damaged };
}

function add(values: Map<string, PastValue[]>, key: string, past: PastValue): void {
  const known = values.get(key);
  if (known === undefined) values.set(key, [past]);
  else if (!known.some((each) => each.value === past.value)) known.push(past);
}
