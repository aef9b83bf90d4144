import type { DamagedGeneration } from '../core/observation.ts';
import type { GenerationRecord } from './generation-format.ts';
import type { GenerationStore, Stores } from './stores.ts';
import { RECORD_NAMES, type RecordName, type VaultPart } from './vault.ts';

/** Only this moment's: who is there. Elsewhere or later it would be wrong. */
const MOMENTARY: ReadonlySet<RecordName> = new Set(['presence']);

/**
 * Every file of a vault that counts: chunks, then generations, the newest first, then records. What is written meanwhile
 * is not among them; a generation that is pruned meanwhile, as repetition, is left out with its chunks.
 */
export async function* readParts(
  { generations, escrow, records }: Stores,
  onDamaged: (damaged: DamagedGeneration) => void,
): AsyncGenerator<VaultPart> {
  const shelf = await generations.read();
  for (const each of shelf.damaged) onDamaged(each);
  const missing: DamagedGeneration[] = [];
  for (const name of new Set(shelf.records.flatMap((record) => record.escrow.chunks))) {
    const found = await escrow.bytes(name);
    if (found.kind === 'whole') yield { kind: 'chunk', name, bytes: found.bytes };
    else missing.push(found);
  }
  for (const record of [...shelf.records].reverse()) {
    const bytes = generations.bytes(numberOf(record));
    if (bytes !== null) yield { kind: 'generation', number: numberOf(record), bytes };
  }
  for (const each of await stillNamed(missing, generations)) onDamaged(each);
  for (const name of RECORD_NAMES) {
    const found = MOMENTARY.has(name) ? null : await records.file(name);
    if (found?.kind === 'whole') yield { kind: 'record', name, bytes: found.bytes };
    if (found?.kind === 'damaged') onDamaged(found);
  }
}

/** Those of missing chunks whose generations were not pruned in the meantime. */
async function stillNamed(missing: readonly DamagedGeneration[], generations: GenerationStore) {
  if (missing.length === 0) return [];
  const named = new Set<string>((await generations.read()).records.flatMap((record) => record.escrow.chunks));
  return missing.filter(({ file }) => named.has(file.slice(file.lastIndexOf('/') + 1)));
}

function numberOf({ generation }: GenerationRecord): number {
  return generation.number;
}
