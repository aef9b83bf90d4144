import type { Sha256 } from '../core/brand.ts';
import type { EscrowEntry } from '../core/generation.ts';
import { referenceKey } from '../core/reference-key.ts';
import type { StoredValue, ValueEvidence } from '../core/value.ts';
import { escrowDigest } from '../vault/escrow-digest.ts';

export { referenceKey };

/**
 * The escrow as it should be kept now: every value that opens real under a known key, as it stands; for one that is
 * destroyed or opens under none, what the vault already holds, since a destroyed value never replaces a good one. A row
 * that is gone leaves the escrow with it, and so does one that was emptied on purpose; older generations still hold both.
 *
 * @param kept the escrow of the newest generation that has one
 * @param staying places ({@link referenceKey}) that an accident emptied: their values stay
 */
export function mergeEscrow(
  stored: readonly StoredValue[],
  evidence: readonly ValueEvidence[],
  kept: readonly EscrowEntry[],
  staying: readonly string[],
): { entries: readonly EscrowEntry[]; digest: Sha256 | null } {
  const real = new Set(evidence.filter((each) => each.opens.some((opening) => opening.as === 'real')).map(keyOf));
  const before = new Map(kept.map((entry) => [referenceKey(entry.reference), entry]));
  const entries: EscrowEntry[] = [];
  for (const value of stored) {
    const key = referenceKey(value.reference);
    if (real.has(key)) entries.push({ reference: value.reference, value: value.value });
    else {
      const good = before.get(key);
      if (good !== undefined) entries.push(good);
    }
  }
  for (const key of staying) {
    const good = before.get(key);
    if (good !== undefined) entries.push(good);
  }
  return { entries, digest: entries.length === 0 ? null : escrowDigest(entries) };
}

function keyOf(value: ValueEvidence): string {
  return referenceKey(value.reference);
}
