import { type Envelope, isAgeFile } from './age-envelope.ts';
import { resealGeneration } from './generation-format.ts';
import { resealRecord } from './record-format.ts';
import type { RecordName, VaultPart } from './vault.ts';

/** Records that hold values of rows: sealed wherever the vault seals, also where they come from one that does not. */
export const CONFIDENTIAL: ReadonlySet<RecordName> = new Set(['rescue-undo']);

/**
 * One file of a vault sealed to the envelope's recipients, or in clear where it has none.
 *
 * @param part of a whole file (generation-format.ts, escrow-chunk.ts, record-format.ts)
 * @returns `closed` where no identity of the envelope opens it, `damaged` where age finds it changed
 */
export async function reencryptPart(
  part: VaultPart,
  instance: string,
  envelope: Envelope,
): Promise<Buffer | 'closed' | 'damaged'> {
  switch (part.kind) {
    case 'generation':
      return await resealGeneration(part.bytes, envelope);
    case 'chunk':
      return await reencryptChunk(part.bytes, envelope);
    case 'record':
      return await resealRecord(part.bytes, { name: part.name, instance }, envelope, {
        confidential: CONFIDENTIAL.has(part.name),
      });
  }
}

async function reencryptChunk(file: Buffer, envelope: Envelope): Promise<Buffer | 'closed' | 'damaged'> {
  let zipped = file;
  if (isAgeFile(file)) {
    const opened = await envelope.open(file);
    if (opened.kind !== 'opened') return opened.kind;
    zipped = opened.clear;
  }
  return envelope.seals ? await envelope.seal(zipped) : zipped;
}
