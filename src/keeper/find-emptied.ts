import { mayComeBack } from '../core/emptied.ts';
import type { EscrowEntry } from '../core/generation.ts';
import { placesOf } from '../core/place-set.ts';
import type { Sequence } from '../core/sequence.ts';
import type { EmptiedValue, StoredValue } from '../core/value.ts';
import type { Database } from '../glpi/database/database.ts';
import { KeyRing } from '../glpi/key-ring.ts';
import { openReal, type RecoveryContext } from '../glpi/open-real.ts';
import { valueDigest } from '../glpi/value-digest.ts';
import { referenceKey } from './merge-escrow.ts';
import type { DatabaseLook } from './observe-database.ts';

export interface EmptiedLook {
  readonly database: Database;
  readonly stored: Sequence<StoredValue>;
  readonly kept: readonly EscrowEntry[];
  readonly look: DatabaseLook;
  readonly version: string | null;
}

export interface Emptied {
  /** What can be put back. */
  readonly emptied: readonly EmptiedValue[];
  /** Other places, as map keys, whose row is there and for which no value was read. */
  readonly others: readonly string[];
}

/**
 * Finds the places of the escrow whose rows are there and empty. A row that is gone is none of them: GLPI deletes rows
 * when somebody deletes them. One that a person has given up is not told.
 */
export async function findEmptied({ database, stored, kept, look, version }: EmptiedLook): Promise<Emptied> {
  if (kept.length === 0) return { emptied: [], others: [] };
  const read = placesOf(stored);
  const missing = kept.filter(({ reference }) => !read.has(reference));
  if (missing.length === 0) return { emptied: [], others: [] };
  const places = await database.readPlaces(missing.map(({ reference }) => reference));
  const states = new Map(places.map((each) => [referenceKey(each.reference), each.state]));
  const context = recoveryOf(look, version);
  const emptied: EmptiedValue[] = [];
  const others: string[] = [];
  for (const { reference, value } of missing) {
    const state = states.get(referenceKey(reference));
    if (state === undefined || state === 'gone') continue;
    const digest = valueDigest(reference, `\0emptied\0${value}`);
    if (look.accepted.has(digest)) continue;
    const opened = state === 'empty' && mayComeBack(reference) ? openReal(value, context) : null;
    if (opened === null) others.push(referenceKey(reference));
    else emptied.push({ reference, digest, under: opened.fingerprint });
  }
  return { emptied, others };
}

/** Places that are known to be emptied from before, as far as they still are: a sample alone does not see them. */
export async function recallEmptied(database: Database, look: DatabaseLook): Promise<EmptiedValue[]> {
  const known = look.circumstances.memory.places.filter(
    (each) => each.state !== 'brought-back' && !look.accepted.has(each.digest),
  );
  if (known.length === 0) return [];
  const places = await database.readPlaces(known.map(({ reference }) => reference));
  const empty = new Set(places.filter(({ state }) => state === 'empty').map((each) => referenceKey(each.reference)));
  return known
    .filter(({ reference }) => empty.has(referenceKey(reference)))
    .map(({ reference, digest }) => ({ reference, digest, under: null }));
}

/** What is tried on a value of the vault. */
export function recoveryOf({ keyring, legacyKeys }: DatabaseLook, version: string | null): RecoveryContext {
  return { ring: new KeyRing(keyring.keys), legacyKeys, version };
}
