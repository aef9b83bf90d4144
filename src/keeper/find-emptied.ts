import { REGISTRATION_SETTING } from '../core/emptied.ts';
import type { EscrowEntry } from '../core/generation.ts';
import type { EmptiedValue, StoredValue } from '../core/value.ts';
import type { Database } from '../glpi/database/database.ts';
import { recoverSealed } from '../glpi/garbled.ts';
import { KeyRing } from '../glpi/key-ring.ts';
import { valueDigest } from '../glpi/value-digest.ts';
import { referenceKey } from './merge-escrow.ts';
import type { DatabaseLook } from './observe-database.ts';

export interface EmptiedLook {
  readonly database: Database;
  readonly stored: readonly StoredValue[];
  readonly kept: readonly EscrowEntry[];
  readonly look: DatabaseLook;
  readonly version: string | null;
}

/** Places of the escrow that hold nothing any more: as map keys, and those whose kept value can be put back. */
export interface Emptied {
  readonly places: readonly string[];
  readonly emptied: readonly EmptiedValue[];
}

/**
 * Finds the places of the escrow whose rows are there and empty. A row that is gone is none of them: GLPI deletes rows
 * when somebody deletes them. One whose kept value no known key opens any more, or that a person has given up, stays in
 * the escrow and is not told.
 */
export async function findEmptied({ database, stored, kept, look, version }: EmptiedLook): Promise<Emptied> {
  const read = new Set(stored.map((each) => referenceKey(each.reference)));
  const missing = kept.filter(({ reference }) => !read.has(referenceKey(reference)));
  if (missing.length === 0) return { places: [], emptied: [] };
  const places = await database.readPlaces(missing.map(({ reference }) => reference));
  const empty = new Set(places.filter(({ state }) => state === 'empty').map((each) => referenceKey(each.reference)));
  const ring = new KeyRing(look.keyring.keys);
  const recovery = { ring: new KeyRing(look.keyring.keys), legacyKeys: look.legacyKeys, version };
  const emptied: EmptiedValue[] = [];
  for (const { reference, value } of missing) {
    if (!empty.has(referenceKey(reference)) || reference.name === REGISTRATION_SETTING) continue;
    const digest = valueDigest(reference, '');
    const plaintext = ring.open(value)?.plaintext;
    if (plaintext === undefined || plaintext.length === 0 || recoverSealed(plaintext, recovery) !== null) continue;
    if (!look.accepted.has(digest)) emptied.push({ reference, digest });
  }
  return { places: [...empty], emptied };
}
