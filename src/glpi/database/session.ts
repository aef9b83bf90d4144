import type { QueryOptions, QueryValues, ResultSetHeader } from 'mysql2';
import { Failure } from '../../core/failure.ts';
import type { Link } from './connect.ts';
import { limitAnswer } from './limit-answer.ts';

/** A cell as the driver gives it for the columns read here. */
export type Cell = string | number | null;
export type Row = readonly Cell[];

/** What a statement answers: rows, or the number of rows that its condition matched. */
interface Answer {
  readonly rows: readonly Row[];
  readonly matched: number;
}

export interface Place {
  /** As addressText names it. */
  readonly address: string;
  readonly schema: string;
}

/** One logged-in connection with its limits set. Statements are sent one after the other, each once the one before is answered. */
export interface Session extends Place {
  /** `schema`.`table`, quoted: there is no default schema. */
  table(name: string): string;
  /** @throws Failure `database-lost`, see {@link lostFailure} */
  rows(sql: string, values?: readonly QueryValues[]): Promise<readonly Row[]>;
  /** Number of rows that matched, changed or not. @throws as {@link Session.rows} */
  change(sql: string, values?: readonly QueryValues[]): Promise<number>;
  /** Says goodbye and closes; destroys the connection when that takes over half a second. */
  close(): Promise<void>;
}

const GOODBYE_MILLISECONDS = 500;
/**
 * Bytes and rows of one answer: several times what any statement here asks for, whose pages have 5,000 rows at most. A
 * server that was taken over, or what only looks like one, could go on without end.
 */
export const LONGEST_ANSWER = 64 * 1024 * 1024;
export const MOST_ROWS = 250_000;

/** Seconds. A statement gets no longer on the server than on the client; locks are not waited for longer than 10 s. */
const LOCK_WAIT = 10;
/** Seconds after which the server drops a session of ours that says nothing, and with it what it holds. */
const IDLE = 600;
const IDLE_IN_TRANSACTION = 60;

/**
 * Wraps a fresh link. A statement that is not answered in time, and an abort, end the connection: nothing else frees us
 * from a server that hangs.
 *
 * @param queryTimeout milliseconds for one statement
 */
export function sessionOver(link: Link, place: Place, queryTimeout: number, signal: AbortSignal | undefined): Session {
  const { connection, socket } = link;
  const { address, schema } = place;
  const unanswered = new Set<(cause: unknown) => void>();
  let gone: unknown = null;
  const aborted = () => abandon(signal?.reason);
  connection.on('error', abandon);
  socket.on('close', () => abandon(ended()));
  signal?.addEventListener('abort', aborted, { once: true });

  function abandon(cause: unknown): void {
    gone ??= cause;
    signal?.removeEventListener('abort', aborted);
    socket.destroy();
    for (const reject of unanswered) reject(gone);
  }

  async function ask(sql: string, values: readonly QueryValues[] = []): Promise<Answer> {
    if (gone !== null) throw lostFailure(address, gone);
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const timer = setTimeout(() => abandon(overdue(queryTimeout)), queryTimeout);
    using _ = limitAnswer(socket, LONGEST_ANSWER, () => abandon(endless()));
    unanswered.add(reject);
    const options: QueryOptions = { sql, values: [...values], rowsAsArray: true };
    const rows: Row[] = [];
    let matched = 0;
    const query = connection.query(options);
    query.on('error', reject);
    query.on('result', (result: Row | ResultSetHeader) => {
      if ('affectedRows' in result) matched = result.affectedRows;
      else if (rows.push(result) > MOST_ROWS) abandon(endless());
    });
    query.on('end', () => resolve({ rows, matched }));
    try {
      return await promise;
    } catch (error) {
      throw lostFailure(address, error);
    } finally {
      clearTimeout(timer);
      unanswered.delete(reject);
    }
  }

  async function close(): Promise<void> {
    if (gone === null && unanswered.size === 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, GOODBYE_MILLISECONDS);
      socket.once('close', () => resolve());
      connection.end();
      await promise;
      clearTimeout(timer);
    }
    abandon(ended());
  }

  return {
    address,
    schema,
    table: (name) => `${quoted(schema)}.${quoted(name)}`,
    rows: async (sql, values) => (await ask(sql, values)).rows,
    change: async (sql, values) => (await ask(sql, values)).matched,
    close,
  };
}

/**
 * Sets the session's limits, and makes it read-only. `sql_mode` is set because escaping and truncation depend on it; the
 * executable comments are understood by MariaDB and by MySQL respectively ("Comment Syntax", MariaDB Server
 * documentation: MariaDB skips those for MySQL 5.7 and later).
 */
export async function limitSession(session: Session, queryTimeout: number): Promise<void> {
  const seconds = Math.ceil(queryTimeout / 1000);
  await session.change(
    `SET SESSION sql_mode = 'STRICT_ALL_TABLES', autocommit = 1, wait_timeout = ${IDLE},
       lock_wait_timeout = ${LOCK_WAIT}, innodb_lock_wait_timeout = ${LOCK_WAIT}
       /*M!100101 , max_statement_time = ${seconds} */ /*M!100300 , idle_transaction_timeout = ${IDLE_IN_TRANSACTION} */
       /*!50708 , max_execution_time = ${seconds * 1000} */`,
  );
  await session.change('SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
}

/** Runs `work` between `begin` and COMMIT; rolls back and rejects with the first error when anything fails. */
export async function inTransaction<T>(session: Session, begin: string, work: () => Promise<T>): Promise<T> {
  try {
    await session.change(begin);
    const result = await work();
    await session.change('COMMIT');
    return result;
  } catch (error) {
    // Where the connection is gone, so is the transaction, and the first error says why.
    await session.change('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

function ended(): Error {
  return Object.assign(new Error('the connection was closed'), { code: 'PROTOCOL_CONNECTION_LOST' });
}

function overdue(milliseconds: number): Error {
  return Object.assign(new Error(`no answer within ${milliseconds} ms`), { code: 'ETIMEDOUT' });
}

function endless(): Error {
  return Object.assign(new Error('an answer had no end'), { code: 'ENDLESS_ANSWER' });
}

export function quoted(identifier: string): string {
  return `\`${identifier.replaceAll('`', '``')}\``;
}

/** The server went away, did not answer in time, or refused a statement: the pass cannot be finished. */
function lostFailure(address: string, error: unknown): Failure {
  // The driver adds the statement with its values, which nobody needs to see.
  if (typeof error === 'object' && error !== null) Reflect.deleteProperty(error, 'sql');
  const text = error instanceof Error ? error.message : String(error);
  return new Failure('database-lost', `lost the database at ${address}: ${text}`, {
    target: address,
    expected: 'an answer to every statement',
    try: 'look into the log of the database server; the next run starts anew',
    cause: error,
  });
}
