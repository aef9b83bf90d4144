import { describeCopies } from './copies.ts';
import { describeEscrow } from './escrow.ts';
import { describeGenerations } from './generations.ts';
import { describeLease } from './lease.ts';
import { describeRecords } from './records.ts';
import type { VaultPlace } from './vault-place.ts';

/** Everything that is said of every vault: the same cases wherever it lies. */
export function describeVault(kind: string, makePlace: () => Promise<VaultPlace>): void {
  describeGenerations(kind, makePlace);
  describeEscrow(kind, makePlace);
  describeRecords(kind, makePlace);
  describeCopies(kind, makePlace);
  describeLease(kind, makePlace);
}
