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
