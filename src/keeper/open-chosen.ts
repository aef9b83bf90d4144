import { Failure } from '../core/failure.ts';
import { newestFirst } from '../core/history.ts';
import type { Database } from '../glpi/database/database.ts';
import type { ApplyContext } from './apply.ts';
import { CONNECT_TIMEOUT, chooseDatabase } from './choose-database.ts';

/** Opens the database that this instance's settings name. @throws Failure `database-unreachable` */
export async function openChosen({ settings, pass, signal }: ApplyContext): Promise<Database> {
  const choice = chooseDatabase(settings, pass.observation.files, newestFirst(pass.observation.vault));
  if (choice.kind !== 'target') throw new Failure('database-unreachable', 'no database is configured');
  const { openDatabase } = await import('../glpi/database/open-database.ts');
  const opened = await openDatabase(choice.target, { connectTimeout: CONNECT_TIMEOUT, signal });
  if (opened.kind === 'unreachable') throw new Failure('database-unreachable', opened.message, { try: opened.try });
  return opened.database;
}
