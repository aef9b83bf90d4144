import { Failure } from '../../core/failure.ts';
import type { ValueReference } from '../../core/value.ts';
import { errorNumber } from './classify-error.ts';
import type { PlaceRead } from './database.ts';
import { isBareMember, isObject, readMember } from './json-member.ts';
import { quoted, type Row, type Session } from './session.ts';

/** References of one statement. */
const BATCH = 1_000;

/**
 * Reads what places hold of which a value is expected and none was read: the row is gone, or it is there and empty ('',
 * '0' or NULL). So is a member that is gone from its JSON; where the whole JSON is gone, so is the place, for what stood
 * around the member is not known.
 */
export async function readPlaces(session: Session, references: readonly ValueReference[]): Promise<PlaceRead[]> {
  const found: PlaceRead[] = [];
  for (const [column, group] of groupByColumn(references)) {
    for (let start = 0; start < group.length; start += BATCH) {
      found.push(...(await readBatch(session, column, group.slice(start, start + BATCH))));
    }
  }
  return found;
}

interface Column {
  readonly table: string;
  readonly column: string;
}

function groupByColumn(references: readonly ValueReference[]): Map<Column, ValueReference[]> {
  const columns = new Map<string, [Column, ValueReference[]]>();
  for (const reference of references) {
    const { table, column } = reference;
    const entry = columns.get(`${table}\0${column}`) ?? [{ table, column }, []];
    entry[1].push(reference);
    columns.set(`${table}\0${column}`, entry);
  }
  return new Map(columns.values());
}

async function readBatch(
  session: Session,
  { table, column }: Column,
  group: readonly ValueReference[],
): Promise<PlaceRead[]> {
  const rows = await rowsOf(
    session,
    `SELECT id, ${quoted(column)} FROM ${session.table(table)} WHERE id IN (?)`,
    group.map(({ id }) => id),
  );
  const cells = new Map(rows.map(([id, cell]) => [Number(id), cell ?? null]));
  return group.map((reference): PlaceRead => {
    const cell = cells.get(reference.id);
    if (cell === undefined) return { reference, state: 'gone' };
    const value = cell === null ? null : String(cell);
    return reference.jsonPath === undefined
      ? placeOf(reference, value)
      : memberPlace(reference, value, reference.jsonPath);
  });
}

function placeOf(reference: ValueReference, value: string | null): PlaceRead {
  const isEmpty = value === null || value === '' || value === '0';
  return isEmpty ? { reference, state: 'empty', value } : { reference, state: 'filled' };
}

function memberPlace(reference: ValueReference, json: string | null, path: string): PlaceRead {
  if (json === null || !isObject(json)) return { reference, state: 'gone' };
  const value = readMember(json, path);
  return value === null && !isBareMember(json, path) ? { reference, state: 'filled' } : placeOf(reference, value);
}

const NO_SUCH_COLUMN = 1054;
const NO_SUCH_TABLE = 1146;

/** None where the table or the column is gone: a plugin took them with it. */
async function rowsOf(session: Session, sql: string, ids: readonly number[]): Promise<readonly Row[]> {
  try {
    return await session.rows(sql, [[...ids]]);
  } catch (error) {
    const number = error instanceof Failure ? errorNumber(error.cause) : undefined;
    if (number === NO_SUCH_TABLE || number === NO_SUCH_COLUMN) return [];
    throw error;
  }
}
