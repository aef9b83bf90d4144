import * as z from 'zod/mini';
import { MOST_PLACES, mergePlaces, placeKey, type SecuredPlace } from '../core/secured-place.ts';
import type { Vault } from '../vault/vault.ts';
import { readRecords } from './read-records.ts';

/**
 * The shape of the record `places`; made where there is one to read. Names are quoted wherever they are used; one with a
 * question mark would be taken for a placeholder.
 */
export function placesSchema() {
  // 64 characters are the longest name that MariaDB and MySQL take.
  const name = z.string().check(z.minLength(1), z.maxLength(64), z.regex(/^[^?\0]*$/));
  const text = z.string().check(z.maxLength(255));
  return z
    .array(
      z.object({
        table: name,
        column: name,
        jsonPath: z.optional(z.string().check(z.maxLength(1_024), z.startsWith('$.'))),
        context: z.optional(text),
        name: z.optional(text),
      }),
    )
    .check(z.maxLength(MOST_PLACES));
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
