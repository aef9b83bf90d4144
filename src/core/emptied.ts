import { troubled } from './chronicle.ts';
import type { Observation } from './observation.ts';
import type { EmptiedValue, ValueEvidence } from './value.ts';

/** The registration key has rules of its own (plan-registration.ts). */
export const REGISTRATION_SETTING = 'glpinetwork_registration_key';

/**
 * The emptied places that an accident stands behind: a bad time is on record, or something of it is still to be seen in
 * the other values. What was emptied in a good time was emptied on purpose.
 *
 * @param values those that count
 */
export function emptiedByAccident(
  { database, records, at }: Observation,
  values: readonly ValueEvidence[],
): readonly EmptiedValue[] {
  if (database.kind !== 'answers' || database.emptied.length === 0) return [];
  if (!values.some(isHarmed) && !troubled(records.chronicle, at)) return [];
  return database.emptied;
}

/** Opens under no known key, or was destroyed where something better is known. */
export function isHarmed({ opens, better }: ValueEvidence): boolean {
  return opens.length === 0 || better !== null;
}
