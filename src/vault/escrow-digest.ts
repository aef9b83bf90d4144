import type { Sha256 } from '../core/brand.ts';
import type { EscrowEntry } from '../core/generation.ts';
import type { Sequence } from '../core/sequence.ts';
import { chunkEscrow } from './escrow-chunk.ts';

/**
 * The digest that a generation with this escrow carries (`escrowDigest`): equal means the same values, in whatever
 * order. Null for none.
 */
export function escrowDigest(entries: Sequence<EscrowEntry>): Sha256 | null {
  return chunkEscrow(entries).summary.digest;
}
