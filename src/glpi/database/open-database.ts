import { Failure } from '../../core/failure.ts';
import { type HostAddress, hostAddress } from '../config-db.ts';
import { addressText } from './address.ts';
import { classifyError, errorNumber } from './classify-error.ts';
import { connect, type Link } from './connect.ts';
import type { Database, OpenOptions, OpenOutcome, Unreachable } from './database.ts';
import { identify } from './identify.ts';
import { readCheckIn } from './read-check-in.ts';
import { readClock } from './read-clock.ts';
import { readNetworkSettings } from './read-network-settings.ts';
import { readPlaces } from './read-places.ts';
import { readRegistration } from './read-registration.ts';
import { readValues } from './read-values.ts';
import { rewriteValues } from './rewrite-values.ts';
import { limitSession, quoted, type Session, sessionOver } from './session.ts';
import { otherSessions } from './sessions.ts';
import type { DatabaseTarget } from './target.ts';
import { tlsOptions } from './tls.ts';
import { writeRegistration } from './write-registration.ts';

export type { Database, OpenOptions, OpenOutcome } from './database.ts';
export type { DatabaseTarget } from './target.ts';

/** How long one statement may take unless told otherwise, in ms. */
export const QUERY_TIMEOUT = 60_000;

/**
 * Opens the database at the first of the target's hosts that lets us in. Where none does, the answer carries the reason
 * of the first and a message that names each.
 *
 * @throws only the signal's reason, when aborted
 */
export async function openDatabase(target: DatabaseTarget, options: OpenOptions): Promise<OpenOutcome> {
  const failed: Unreachable[] = [];
  for (const host of target.hosts) {
    const outcome = await openHost(hostAddress(host), target, options);
    if (outcome.kind === 'open') return outcome;
    failed.push(outcome);
  }
  const [first] = failed;
  if (first === undefined) return noHost();
  return { ...first, message: failed.map(({ message }) => message).join('; ') };
}

function noHost(): Unreachable {
  const advice = 'set KEYKEEPER_DATABASE, or complete config_db.php';
  return { kind: 'unreachable', reason: 'unknown-host', message: 'the settings name no database host', try: advice };
}

async function openHost(address: HostAddress, target: DatabaseTarget, options: OpenOptions): Promise<OpenOutcome> {
  const text = addressText(address);
  try {
    const link = await logIn(address, target, options);
    const queryTimeout = options.queryTimeout ?? QUERY_TIMEOUT;
    const session = sessionOver(link, { address: text, schema: target.schema }, queryTimeout, options.signal);
    try {
      await limitSession(session, queryTimeout);
      await session.rows(`SHOW TABLES FROM ${quoted(target.schema)} LIKE 'glpi\\_configs'`);
    } catch (error) {
      await session.close();
      throw error;
    }
    return { kind: 'open', database: databaseOver(session, target) };
  } catch (error) {
    options.signal?.throwIfAborted();
    const { user, schema, ssl } = target;
    const attempted = { address: text, user, schema, timeout: options.connectTimeout, tls: ssl !== undefined };
    return classifyError(error instanceof Failure ? error.cause : error, attempted);
  }
}

/**
 * Without TLS settings, what a server offers is used only if it lets nobody in without (user with REQUIRE SSL, or
 * require_secure_transport), unverified as MySQL's own clients do in their default mode. MariaDB answers such a user
 * with the error for a wrong password, so that error is asked again over TLS before it is believed.
 */
async function logIn(address: HostAddress, target: DatabaseTarget, options: OpenOptions): Promise<Link> {
  const { user, password } = target;
  const login = { address, user, password, timeout: options.connectTimeout, signal: options.signal };
  if (target.ssl !== undefined) return await connect({ ...login, tls: tlsOptions(target.ssl) });
  try {
    return await connect({ ...login, tls: null });
  } catch (plain) {
    const number = errorNumber(plain);
    if (number !== ACCESS_DENIED && number !== TLS_REQUIRED) throw plain;
    try {
      return await connect({ ...login, tls: { rejectUnauthorized: false } });
    } catch {
      throw plain;
    }
  }
}

const ACCESS_DENIED = 1045;
const TLS_REQUIRED = 3159;

function databaseOver(session: Session, target: DatabaseTarget): Database {
  let tail: Promise<unknown> = Promise.resolve();
  function exclusively<T>(work: () => Promise<T>): Promise<T> {
    const turn = tail.then(work, work);
    tail = turn.catch(() => undefined);
    return turn;
  }
  return {
    identify: () => exclusively(() => identify(session)),
    readValues: (want, places = [], memory = null) => exclusively(() => readValues(session, want, places, memory)),
    searchColumns: (request) =>
      exclusively(async () => (await import('./search-columns.ts')).searchColumns(session, request)),
    readPlaces: (references) => exclusively(() => readPlaces(session, references)),
    readRegistration: () => exclusively(() => readRegistration(session)),
    readNetworkSettings: () => exclusively(() => readNetworkSettings(session)),
    readCheckIn: () => exclusively(() => readCheckIn(session)),
    readClock: () => exclusively(() => readClock(session)),
    otherSessions: () => exclusively(() => otherSessions(session, target.source)),
    rewriteValues: (changes, beforeCommit) => exclusively(() => rewriteValues(session, changes, beforeCommit)),
    writeRegistration: (change, beforeCommit) => exclusively(() => writeRegistration(session, change, beforeCommit)),
    [Symbol.asyncDispose]: () => session.close(),
  };
}
