import { Failure } from '../../core/failure.ts';
import { errorNumber } from './classify-error.ts';
import type { Session } from './session.ts';

/** The server's own error numbers for a session that ends: shut down, and killed. */
const ENDING = new Set([1053, 1927]);

/** A statement that the server refused, with the connection still there, is told from a connection that broke. */
export function refusalOf(session: Session, error: unknown): unknown {
  if (!(error instanceof Failure) || error.code !== 'database-lost') return error;
  const number = errorNumber(error.cause);
  if (number === undefined || ENDING.has(number)) return error;
  const text = error.cause instanceof Error ? error.cause.message : String(error.cause);
  return new Failure('rows-not-written', `the database at ${session.address} refused the change: ${text}`, {
    target: session.address,
    expected: `the right to UPDATE \`${session.schema}\``,
    try: 'check the rights of the database user, and that the server is not a read-only replica',
    cause: error.cause,
  });
}

/**
 * A MyISAM table would keep the first half of what failed.
 *
 * @throws Failure `rows-not-written`
 */
export async function refuseUnsafeTables(session: Session, tables: readonly string[]): Promise<void> {
  const [unsafe] = await session.rows(
    `SELECT t.table_name, t.engine FROM information_schema.tables t JOIN information_schema.engines e ON e.engine = t.engine
      WHERE t.table_schema = ? AND t.table_name IN (?) AND e.transactions <> 'YES'`,
    [session.schema, [...new Set(tables)]],
  );
  if (unsafe === undefined) return;
  throw new Failure('rows-not-written', `table ${unsafe[0]} has the engine ${unsafe[1]}, which knows no transactions`, {
    target: String(unsafe[0]),
    expected: 'InnoDB',
    try: 'bin/console migration:myisam_to_innodb',
  });
}
