import { MOST_PLACES, mergePlaces, placeKey, type SecuredPlace } from '../core/secured-place.ts';
import { list, object, optional, text } from '../core/shape.ts';
import type { Vault } from '../vault/vault.ts';
import { readRecords } from './read-records.ts';

/**
 * The shape of the record `places`; made where there is one to read. Names are quoted wherever they are used; one with a
 * question mark would be taken for a placeholder.
 */
export function placesSchema() {
  // 64 characters are the longest name that MariaDB and MySQL take.
  const name = text({ pattern: /^[^?\0]*$/, least: 1, most: 64 });
  const which = text({ most: 255 });
  return list(
    object({
      table: name,
      column: name,
      jsonPath: optional(text({ pattern: /^\$\./, most: 1_024 })),
      context: optional(which),
      name: optional(which),
    }),
    MOST_PLACES,
  );
}

/**
 * Adds places to the vault's record. Read afresh and replaced under the lease, so that two keepers lose none; killed
 * before the replacement, the next search finds them again.
 *
 * @returns the places that were not known before
 * @throws Failure `vault-…`
 */
export async function rememberPlaces(
  vault: Vault,
  found: readonly SecuredPlace[],
  signal: AbortSignal,
): Promise<SecuredPlace[]> {
  await using _ = await vault.lease(signal);
  const { places: known } = (await readRecords(vault)).records;
  const keys = new Set(known.map(placeKey));
  const fresh = found.filter((each) => !keys.has(placeKey(each)));
  if (fresh.length === 0) return [];
  const places = mergePlaces(known, fresh).map((each) => ({ ...each }));
  await vault.keepRecord('places', places, { confidential: false });
  return fresh;
}
