import type { Sha256 } from '../core/brand.ts';
import { type KnownPlace, type RescueMemory, rememberEmptied, withPlaces } from '../core/rescue-memory.ts';
import { list, object, oneOf, text, time } from '../core/shape.ts';
import type { Vault } from '../vault/vault.ts';
import type { Judged } from './judged.ts';
import { readRecords } from './read-records.ts';
import { referenceSchema } from './reference-schema.ts';

/** The shape of the record `emptied`; made where there is one to read. References and digests, never a value. */
export function rescueMemorySchema() {
  const digest = text({ pattern: /^[0-9a-f]{64}$/ });
  const reference = referenceSchema();
  const state = oneOf('emptied', 'left', 'brought-back');
  const place = object({ reference, digest, state, at: time() });
  return object({ places: list(place), left: list(digest) });
}

/**
 * Remembers what an accident emptied, where that is news. Killed before, the next run judges it anew.
 *
 * @throws Failure `vault-…`
 */
export async function noteEmptied(vault: Vault, { pass, judgement }: Judged): Promise<void> {
  const { observation } = pass;
  const { rescue: known } = observation.records;
  if (JSON.stringify(rememberEmptied(observation, judgement)) === JSON.stringify(known)) return;
  // Read afresh: another lane, or another keeper, may have written since this run looked.
  const { records } = await readRecords(vault);
  await keep(vault, rememberEmptied({ ...observation, records }, judgement));
}

/**
 * Notes what became of places, after their rows were written. Killed before, a place that was brought back counts as one
 * that never was: emptied once more in the same bad time, it is brought back once more.
 *
 * @param left digests of the values that an undo put back; null: as before
 * @throws Failure `vault-…`
 */
export async function notePlaces(
  vault: Vault,
  places: readonly KnownPlace[],
  left: readonly Sha256[] | null = null,
): Promise<void> {
  if (places.length === 0 && left === null) return;
  const { rescue: held } = (await readRecords(vault)).records;
  const memory = withPlaces(held, places);
  await keep(vault, left === null ? memory : { ...memory, left });
}

async function keep(vault: Vault, { places, left }: RescueMemory): Promise<void> {
  const value = { places: places.map((each) => ({ ...each, reference: { ...each.reference } })), left: [...left] };
  await vault.keepRecord('emptied', value, { confidential: false });
}
