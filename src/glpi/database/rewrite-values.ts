import { Failure } from '../../core/failure.ts';
import type { ValueChange } from './database.ts';
import { readMember, replaceMember } from './json-member.ts';
import { refusalOf, refuseUnsafeTables } from './refusal.ts';
import { type Listing, listingOf } from './row-list.ts';
import { inTransaction, quoted, type Row, type Session } from './session.ts';

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

interface Column {
  readonly table: string;
  readonly column: string;
  readonly jsonPath: string | undefined;
}

interface Batch extends Column {
  readonly cells: CellChange[];
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
 * @param changes taken some at a time, as they are written; each place once
 * @param beforeCommit called once all rows are written; where it throws, everything is rolled back
 * @returns how many were written
 * @throws Failure `rows-changed` when a row is gone or no longer holds `from`; `rows-not-written` when the server
 *   refuses or would not store a value as it is; `database-lost` when the connection breaks
 */
export async function rewriteValues(
  session: Session,
  changes: Iterable<ValueChange>,
  beforeCommit: () => void = () => undefined,
): Promise<number> {
  const listing = await listingOf(session);
  const batches = batchesOf(changes, listing);
  const first = batches.next();
  if (first.done) return 0;
  try {
    return await inTransaction(session, 'START TRANSACTION READ WRITE', async () => {
      const written = await rewriteBatches(session, first.value, batches, listing);
      beforeCommit();
      return written;
    });
  } catch (error) {
    throw refusalOf(session, error);
  }
}

async function rewriteBatches(
  session: Session,
  first: Batch,
  others: Iterable<Batch>,
  listing: Listing,
): Promise<number> {
  const safe = new Set<string>();
  let written = 0;
  let before: Promise<void> = Promise.resolve();
  let next = before;
  const rewrite = async (batch: Batch) => {
    if (!safe.has(batch.table)) await refuseUnsafeTables(session, [batch.table]);
    safe.add(batch.table);
    // What a cell holds around the member may be what the batch before is writing.
    if (batch.jsonPath !== undefined) await before;
    // One ahead: the next batch is sealed and written down while the server works on this one.
    next = rewriteBatch(session, batch, listing);
    // It may fail before the one ahead of it is answered; whoever awaits it later is told.
    next.catch(() => undefined);
    await before;
    before = next;
    written += batch.cells.length;
  };
  try {
    await rewrite(first);
    for (const batch of others) await rewrite(batch);
    await before;
    return written;
  } catch (error) {
    // No statement may come after the ROLLBACK.
    await Promise.allSettled([before, next]);
    throw error;
  }
}

/** Table by table, as they come; in it by column, by number and by bytes. A single row that is longer goes alone. */
function* batchesOf(changes: Iterable<ValueChange>, { rows }: Listing): Generator<Batch> {
  const open = new Map<string, { batch: Batch; bytes: number }>();
  let last: string | null = null;
  for (const { reference, from, to } of changes) {
    const { table, column, id, jsonPath } = reference;
    if (table !== last) {
      for (const { batch } of open.values()) yield batch;
      open.clear();
      last = table;
    }
    const key = `${table}\0${column}\0${jsonPath ?? ''}`;
    const size = Buffer.byteLength(from ?? '') + Buffer.byteLength(to ?? '');
    const known = open.get(key);
    const isFull = known !== undefined && (known.batch.cells.length === rows || known.bytes + size > BATCH_BYTES);
    if (isFull) yield known.batch;
    if (known === undefined || isFull)
      open.set(key, { batch: { table, column, jsonPath, cells: [{ id, from, to }] }, bytes: size });
    else {
      known.batch.cells.push({ id, from, to });
      known.bytes += size;
    }
  }
  for (const { batch } of open.values()) yield batch;
}

/** The changes of whole cells that change the member alone. */
async function insideJson(session: Session, column: Column, path: string, members: readonly CellChange[]) {
  const cells: CellChange[] = [];
  const stored = await readLocked(session, column, members);
  for (const { id, from, to } of members) {
    const json = stored.get(id) ?? '';
    const same = readMember(json, path) === from;
    const replaced = same ? replaceMember(json, path, to) : null;
    if (replaced === null) throw changedFailure(column, id);
    cells.push({ id, from: json, to: replaced });
  }
  return cells;
}

/**
 * One UPDATE over a list of (id, old, new), driven by the list. Bytes are compared, in the connection's character set:
 * collations take 'A' for 'a', and 'a ' for 'a'. The driver counts rows found, not rows that came out different.
 */
async function rewriteBatch(session: Session, { cells, ...column }: Batch, { list }: Listing): Promise<void> {
  const { jsonPath } = column;
  const batch = jsonPath === undefined ? cells : await insideJson(session, column, jsonPath, cells);
  const cell = `t.${quoted(column.column)}`;
  const matched = await session.change(
    `UPDATE (${list(batch.length)}) AS list STRAIGHT_JOIN ${session.table(column.table)} AS t ON t.id = list.id
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
  { table, column }: Column,
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
  { table, column }: Column,
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

function changedFailure({ table, column }: Column, id: number): Failure {
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

function alteredFailure({ table, column }: Column, id: number): Failure {
  const target = `${table}.${column} id ${id}`;
  return new Failure('rows-not-written', `${target} would not keep the value as it is, and nothing was changed`, {
    target,
    expected: 'a column that holds a sealed value whole',
    try: `compare the column's type with that of a fresh GLPI: SHOW CREATE TABLE ${table}`,
  });
}
