import { createHash } from 'node:crypto';
import { type Sha256, sha256 } from '../core/brand.ts';
import { referenceKey } from '../core/reference-key.ts';
import type { Sequence } from '../core/sequence.ts';
import type { ValueReference } from '../core/value.ts';

type Places = Sequence<{ readonly reference: ValueReference }>;

/**
 * Of which places the vault's escrow is, by a hash. Where a rotation moved every value, the vault's is another escrow of the
 * same places: it need not be read to know that nothing in it is missing in the database.
 */
export class EscrowPlaces {
  #known: { readonly escrow: Sha256; readonly places: Sha256 } | null = null;

  /** @param escrow digest of an escrow that holds the values of these places and no others */
  remember(escrow: Sha256, places: Places): void {
    if (this.#known?.escrow !== escrow) this.#known = { escrow, places: hashOf(places) };
  }

  /** Whether the escrow of this digest is known to be of these places. */
  are(escrow: Sha256 | null, places: Places): boolean {
    return this.#known !== null && this.#known.escrow === escrow && this.#known.places === hashOf(places);
  }
}

/** As they come: a database is read in one order. */
function hashOf(places: Places): Sha256 {
  const hash = createHash('sha256');
  for (const { reference } of places) hash.update(`${referenceKey(reference)}\n`);
  return sha256(hash.digest('hex'));
}
