import { Failure } from '../../core/failure.ts';
import { errorNumber } from './classify-error.ts';
import type { RegistrationRow } from './database.ts';
import { refusalOf, refuseUnsafeTables } from './refusal.ts';
import { inTransaction, type Session } from './session.ts';

/** How the row of the registration key shall change. */
export interface RegistrationChange {
  /** As it was read: the row changes only if it still is so. */
  readonly from: RegistrationRow;
  /** The sealed key; '' for none. */
  readonly to: string;
  /** The instance's `glpi_network_uuid`, written where the database has none; null: left alone. */
  readonly uid: string | null;
}

const KEY = 'glpinetwork_registration_key';
const UID = 'glpi_network_uuid';
const DUPLICATE = 1062;

/**
 * Writes the registration key, and the uid that goes with it, in one transaction: the row is guarded by what it held,
 * and what was written is read back before the commit. `glpi_configs` is unique over (context, name), so a row that
 * somebody inserted meanwhile is not doubled.
 *
 * Killed before the server got the COMMIT, nothing has changed; after it, everything has. Where the answer to the COMMIT
 * is lost, the next run reads which of the two it is.
 *
 * @param beforeCommit called once both are written; where it throws, everything is rolled back
 * @throws Failure `rows-changed`, `rows-not-written`, `database-lost`
 */
export async function writeRegistration(
  session: Session,
  change: RegistrationChange,
  beforeCommit: () => void = () => undefined,
): Promise<void> {
  await refuseUnsafeTables(session, ['glpi_configs']);
  try {
    await inTransaction(session, 'START TRANSACTION READ WRITE', async () => {
      await writeKey(session, change);
      if (change.uid !== null) await writeUid(session, change.uid);
      beforeCommit();
    });
  } catch (error) {
    throw isDuplicate(error) ? changedFailure() : refusalOf(session, error);
  }
}

async function writeKey(session: Session, { from, to }: RegistrationChange): Promise<void> {
  const matched = from === 'absent' ? await insert(session, KEY, to) : await update(session, KEY, guardOf(from), to);
  if (matched !== 1) throw changedFailure();
  const stored = await read(session, KEY);
  if (stored === to) return;
  throw new Failure('rows-not-written', `${TARGET} would not keep the value as it is, and nothing was changed`, {
    target: TARGET,
    expected: 'a column that holds a sealed value whole',
    try: "compare the column's type with that of a fresh GLPI: SHOW CREATE TABLE glpi_configs",
  });
}

async function writeUid(session: Session, uid: string): Promise<void> {
  const stored = await read(session, UID);
  if (stored === undefined) await insert(session, UID, uid);
  else if (stored === null || stored.trim() === '') await update(session, UID, 'TRUE', uid);
}

/** The old content as a condition over bytes; collations would take 'A' for 'a'. */
function guardOf(from: Exclude<RegistrationRow, 'absent'>): string | { readonly value: string } {
  if (from === 'null') return 'value IS NULL';
  if (from === 'empty') return "value IN ('', '0')";
  return from;
}

async function update(
  session: Session,
  name: string,
  guard: string | { readonly value: string },
  to: string,
): Promise<number> {
  const where = `context = 'core' AND name = ?`;
  const set = `UPDATE ${session.table('glpi_configs')} SET value = ? WHERE ${where}`;
  if (typeof guard === 'string') return await session.change(`${set} AND ${guard}`, [to, name]);
  return await session.change(`${set} AND CAST(CONVERT(value USING utf8mb4) AS BINARY) <=> CAST(? AS BINARY)`, [
    to,
    name,
    guard.value,
  ]);
}

async function insert(session: Session, name: string, value: string): Promise<number> {
  return await session.change(
    `INSERT INTO ${session.table('glpi_configs')} (context, name, value) VALUES ('core', ?, ?)`,
    [name, value],
  );
}

/** Undefined where there is no row. The row stays locked until the transaction ends. */
async function read(session: Session, name: string): Promise<string | null | undefined> {
  const [row] = await session.rows(
    `SELECT value FROM ${session.table('glpi_configs')} WHERE context = 'core' AND name = ? FOR UPDATE`,
    [name],
  );
  if (row === undefined) return undefined;
  return row[0] === null || row[0] === undefined ? null : String(row[0]);
}

const TARGET = `glpi_configs core ${KEY}`;

function changedFailure(): Failure {
  return new Failure(
    'rows-changed',
    `${TARGET} is no longer what it was: somebody else wrote it, and nothing was changed`,
    {
      target: TARGET,
      expected: 'the value that was judged',
      try: 'run again: the next run judges what is there now',
    },
  );
}

function isDuplicate(error: unknown): boolean {
  return error instanceof Failure && errorNumber(error.cause) === DUPLICATE;
}
