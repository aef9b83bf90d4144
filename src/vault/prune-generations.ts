import type { Sha256 } from '../core/brand.ts';
import type { Generation } from '../core/generation.ts';
import { type RetentionLimits, retain } from './retention.ts';
import type { Stores } from './stores.ts';

export interface PruneParts extends Stores {
  readonly retention: RetentionLimits;
  readonly now: () => Date;
}

/** Removes what retention lets go, then the escrow that nobody names any more. Killed in between, the next prune does. */
export async function pruneGenerations(
  { generations, escrow, retention, now }: PruneParts,
  current: Sha256 | null,
): Promise<Generation[]> {
  const shelf = await generations.read();
  const all = shelf.records.map(({ generation }) => generation);
  const { remove } = retain(all, { ...retention, now: now(), current });
  generations.remove(remove.map(({ number }) => number));
  const left = await generations.read();
  // A damaged generation cannot say which chunks it names; somebody may yet repair it by hand.
  if (left.damaged.length === 0) escrow.sweep(new Set(left.records.flatMap((record) => record.escrow.chunks)));
  return [...remove];
}
