import type { Sha256 } from '../core/brand.ts';
import type { EscrowEntry } from '../core/generation.ts';
import { isSamePlace } from '../core/place-set.ts';
import { referenceKey } from '../core/reference-key.ts';
import { MadeSequence, type Sequence } from '../core/sequence.ts';
import type { StoredValue, ValueEvidence, ValueReference } from '../core/value.ts';
import { escrowDigest } from '../vault/escrow-digest.ts';

export { referenceKey };

/** An escrow as it should be kept; its digest is null where it holds nothing. */
export interface MergedEscrow {
  readonly entries: Sequence<EscrowEntry>;
  readonly digest: Sha256 | null;
}

/**
 * The escrow as it should be kept now: every value that opens real under a known key, as it stands; for one that is
 * destroyed or opens under none, what the vault already holds, since a destroyed value never replaces a good one. A row
 * that is gone leaves the escrow with it, and so does one that was emptied on purpose; older generations still hold both.
 *
 * @param evidence of the same values, in their order; those that were given up are not among it
 * @param kept the escrow of the newest generation that has one, at least of the places that hold nothing real
 * @param staying places ({@link referenceKey}) that an accident emptied: their values stay
 */
export function mergeEscrow(
  stored: Sequence<StoredValue>,
  evidence: Sequence<ValueEvidence>,
  kept: readonly EscrowEntry[],
  staying: readonly string[],
): MergedEscrow {
  const before = new Map(kept.map((entry) => [referenceKey(entry.reference), entry]));
  const real: number[] = [];
  const others: EscrowEntry[] = [];
  const all = evidence.length === stored.length;
  let next = 0;
  for (let place = 0; place < stored.length; place += 1) {
    const found = evidence.at(next);
    const isIts = found !== undefined && (all || isSamePlace(found.reference, referenceAt(stored, place)));
    if (isIts) next += 1;
    if (isIts && found.opens.some((opening) => opening.as === 'real')) {
      real.push(place);
      continue;
    }
    const good = before.get(referenceKey(referenceAt(stored, place)));
    if (good !== undefined) others.push(good);
  }
  for (const key of staying) {
    const good = before.get(key);
    if (good !== undefined) others.push(good);
  }
  const entries = new Entries(stored, real, others);
  return { entries, digest: entries.length === 0 ? null : escrowDigest(entries) };
}

function referenceAt(stored: Sequence<StoredValue>, place: number): ValueReference {
  return (stored.at(place) as StoredValue).reference;
}

/** What stands in the database, and what does not. */
class Entries extends MadeSequence<EscrowEntry> {
  readonly #stored: Sequence<StoredValue>;
  readonly #places: readonly number[];
  readonly #others: readonly EscrowEntry[];

  constructor(stored: Sequence<StoredValue>, places: readonly number[], others: readonly EscrowEntry[]) {
    super();
    this.#stored = stored;
    this.#places = places;
    this.#others = others;
  }

  get length(): number {
    return this.#places.length + this.#others.length;
  }

  protected make(index: number): EscrowEntry {
    if (index >= this.#places.length) return this.#others[index - this.#places.length] as EscrowEntry;
    const { reference, value } = this.#stored.at(this.#places[index] as number) as StoredValue;
    return { reference, value };
  }
}
