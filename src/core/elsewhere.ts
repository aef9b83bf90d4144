import type { DatabaseIdentity } from './generation.ts';
import { newestFirst, recordedDatabase } from './history.ts';
import type { Observation } from './observation.ts';
import type { Elsewhere } from './verdict.ts';

/** Why a database was not even asked: a file that GLPI can write names another one than this vault's. */
export const NOT_FOLLOWED = 'not-followed';

/**
 * Tells when the database observed is not the one that the vault belongs to: a moved host, a staging copy beside
 * production's vault, a tampered config_db.php. What either side does not know is not compared.
 */
export function findElsewhere(observation: Observation): Elsewhere | null {
  const recorded = recordedDatabase(newestFirst(observation.vault));
  if (recorded === null) return null;
  const { database } = observation;
  if (database.kind === 'answers') return difference(recorded, database.identity);
  if (database.kind !== 'unreachable') return null;
  const { address, schema } = database;
  return difference(recorded, { address, schema, instanceUuid: null, glpiNetworkUuid: null });
}

function difference(expected: DatabaseIdentity, found: DatabaseIdentity): Elsewhere | null {
  for (const member of ['address', 'schema', 'instanceUuid', 'glpiNetworkUuid'] as const) {
    const before = expected[member];
    const now = found[member];
    if (before !== null && now !== null && before !== now) return { member, expected: before, found: now };
  }
  return null;
}
