import type { Database, OpenOptions } from '../../../src/glpi/database/database.ts';
import { openDatabase } from '../../../src/glpi/database/open-database.ts';
import type { DatabaseTarget } from '../../../src/glpi/database/target.ts';

/** Opens a database that is expected to open. */
export async function openOrFail(target: DatabaseTarget, options: Partial<OpenOptions> = {}): Promise<Database> {
  const outcome = await openDatabase(target, { connectTimeout: 10_000, ...options });
  if (outcome.kind === 'unreachable') throw new Error(`${outcome.reason}: ${outcome.message}`);
  return outcome.database;
}
