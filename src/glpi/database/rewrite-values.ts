import { Failure } from '../../core/failure.ts';
import type { ValueChange } from './database.ts';
import { readMember, replaceMember } from './json-member.ts';
import { refusalOf, refuseUnsafeTables } from './refusal.ts';
import { inTransaction, quoted, type Row, type Session } from './session.ts';

/** Rows of one statement: more at once save nothing, and each is a SELECT of a UNION, of which parsers do not take many. */
const BATCH = 200;
/** Bytes of one UPDATE's values. Escaping at most doubles them: below 1 MiB, the least that servers take by default (max_allowed_packet). */
const BATCH_BYTES = 400 * 1024;
/** Rows are read back by their range where it holds at most this many ids for each of them. */
const SPARSE = 4;

/** A whole cell that shall become another. */
interface CellChange {
  readonly id: number;
  readonly from: string | null;
  readonly to: string | null;
}

interface ColumnChanges {
  readonly table: string;
  readonly column: string;
  readonly jsonPath: string | undefined;
  readonly changes: ValueChange[];
}

/**
 * Replaces stored values in one transaction, all or none. Each row is guarded by its old bytes, and each is read back
 * before the commit, so that nothing that a column cut off or converted is kept.
 *
 * Killed on the way (this process, the server, the line between) before the server got the COMMIT, InnoDB rolls
 * everything back: at once when the connection breaks, after a minute when the server does not notice (MariaDB's
 * idle_transaction_timeout). Killed after, everything is changed. When the answer to the COMMIT is lost nobody knows
 * which; there is no third state, so the next run reads the rows and finds either all old ones (and does it again) or
 * all new ones (and has nothing to do). Rows of one batch stay locked for others until the end.
 *
 * In JSON only the named member changes; the guard is then the whole old text.
 *
 * @param beforeCommit called once all rows are written; where it throws, everything is rolled back
 * @throws Failure `rows-changed` when a row is gone or no longer holds `from`; `rows-not-written` when the server
 *   refuses or would not store a value as it is; `database-lost` when the connection breaks
 */
export async function rewriteValues(
  session: Session,
  changes: readonly ValueChange[],
  beforeCommit: () => void = () => undefined,
): Promise<void> {
  if (changes.length === 0) return;
  const columns = groupByColumn(changes);
  await refuseUnsafeTables(
    session,
    columns.map(({ table }) => table),
  );
  try {
    await inTransaction(session, 'START TRANSACTION READ WRITE', async () => {
      for (const column of columns) await rewriteColumn(session, column);
      beforeCommit();
    });
  } catch (error) {
    throw refusalOf(session, error);
  }
}

async function rewriteColumn(session: Session, column: ColumnChanges): Promise<void> {
  const { changes, jsonPath } = column;
  const cells = jsonPath === undefined ? cellsOf(changes) : await insideJson(session, column, jsonPath);
  let before: Promise<void> = Promise.resolve();
  let next = before;
  try {
    for (const batch of batchesOf(cells)) {
      // One ahead: the next batch is sealed and written down while the server works on this one.
      next = rewriteBatch(session, column, batch);
      await before;
      before = next;
    }
    await before;
  } catch (error) {
    // No statement may come after the ROLLBACK.
    await Promise.allSettled([before, next]);
    throw error;
  }
}

/** One after the other, when it is its turn: the new text may not have been made yet. */
function* cellsOf(changes: readonly ValueChange[]): Generator<CellChange> {
  for (const { reference, from, to } of changes) yield { id: reference.id, from, to };
}

/** By number and by bytes. A single row that is longer goes alone. */
function* batchesOf(cells: Iterable<CellChange>): Generator<readonly CellChange[]> {
  let batch: CellChange[] = [];
  let bytes = 0;
  for (const cell of cells) {
    const size = Buffer.byteLength(cell.from ?? '') + Buffer.byteLength(cell.to ?? '');
    if (batch.length === BATCH || (batch.length > 0 && bytes + size > BATCH_BYTES)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(cell);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

function groupByColumn(changes: readonly ValueChange[]): ColumnChanges[] {
  const groups = new Map<string, ColumnChanges>();
  for (const change of changes) {
    const { table, column, jsonPath } = change.reference;
    const key = `${table}\0${column}\0${jsonPath ?? ''}`;
    const group = groups.get(key) ?? { table, column, jsonPath, changes: [] };
    group.changes.push(change);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** The changes of whole cells that change the member alone. */
async function insideJson(session: Session, column: ColumnChanges, path: string): Promise<CellChange[]> {
  const cells: CellChange[] = [];
  for (let start = 0; start < column.changes.length; start += BATCH) {
    const batch = [...cellsOf(column.changes.slice(start, start + BATCH))];
    const stored = await readLocked(session, column, batch);
    for (const { id, from, to } of batch) {
      const json = stored.get(id) ?? '';
      const same = readMember(json, path) === from;
      const replaced = same ? replaceMember(json, path, to) : null;
      if (replaced === null) throw changedFailure(column, id);
      cells.push({ id, from: json, to: replaced });
    }
  }
  return cells;
}

/**
 * One UPDATE over a list of (id, old, new), driven by the list. Bytes are compared, in the connection's character set:
 * collations take 'A' for 'a', and 'a ' for 'a'. The driver counts rows found, not rows that came out different.
 */
async function rewriteBatch(session: Session, column: ColumnChanges, batch: readonly CellChange[]): Promise<void> {
  const cell = `t.${quoted(column.column)}`;
  const list = batch.map((_, index) => (index === 0 ? 'SELECT ? AS id, ? AS was, ? AS becomes' : 'SELECT ?, ?, ?'));
  const matched = await session.change(
    `UPDATE (${list.join(' UNION ALL ')}) AS list STRAIGHT_JOIN ${session.table(column.table)} AS t ON t.id = list.id
        AND CAST(CONVERT(${cell} USING utf8mb4) AS BINARY) <=> CAST(list.was AS BINARY)
      SET ${cell} = list.becomes`,
    batch.flatMap(({ id, from, to }) => [id, from, to]),
  );
  if (matched !== batch.length) {
    const stored = await readLocked(session, column, batch);
    const other = batch.find(({ id, to }) => stored.get(id) !== to);
    throw changedFailure(column, (other ?? batch[0])?.id ?? 0);
  }
  const written = await readWritten(session, column, batch);
  const altered = batch.find(({ id, to }) => written.get(id) !== to);
  if (altered !== undefined) throw alteredFailure(column, altered.id);
}

/** What this transaction wrote, which a read that takes no locks sees too; rows in between belong to others. */
async function readWritten(
  session: Session,
  { table, column }: ColumnChanges,
  batch: readonly CellChange[],
): Promise<Map<number, string | null>> {
  const ids = batch.map(({ id }) => id);
  const [first, last] = [Math.min(...ids), Math.max(...ids)];
  const [where, values] =
    last - first < SPARSE * ids.length ? ['id BETWEEN ? AND ?', [first, last]] : ['id IN (?)', [ids]];
  const select = `SELECT id, ${quoted(column)} FROM ${session.table(table)}`;
  return valuesOf(await session.rows(`${select} WHERE ${where}`, values));
}

/** What the rows hold now, and will until the transaction ends. */
async function readLocked(
  session: Session,
  { table, column }: ColumnChanges,
  batch: readonly { readonly id: number }[],
): Promise<Map<number, string | null>> {
  const ids = batch.map(({ id }) => id);
  const rows = await session.rows(
    `SELECT id, ${quoted(column)} FROM ${session.table(table)} WHERE id IN (?) FOR UPDATE`,
    [ids],
  );
  return valuesOf(rows);
}

function valuesOf(rows: readonly Row[]): Map<number, string | null> {
  return new Map(rows.map(([id, value]) => [Number(id), value === null || value === undefined ? null : String(value)]));
}

function changedFailure({ table, column }: ColumnChanges, id: number): Failure {
  const target = `${table}.${column} id ${id}`;
  return new Failure(
    'rows-changed',
    `${target} is no longer what it was: somebody else wrote it, and nothing was changed`,
    {
      target,
      expected: 'the value that was judged',
      try: 'run again: the next run judges what is there now',
    },
  );
}

function alteredFailure({ table, column }: ColumnChanges, id: number): Failure {
  const target = `${table}.${column} id ${id}`;
  return new Failure('rows-not-written', `${target} would not keep the value as it is, and nothing was changed`, {
    target,
    expected: 'a column that holds a sealed value whole',
    try: `compare the column's type with that of a fresh GLPI: SHOW CREATE TABLE ${table}`,
  });
}
