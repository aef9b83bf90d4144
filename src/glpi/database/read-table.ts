import { randomInt } from 'node:crypto';
import type { SecuredField } from '../secured-fields.ts';
import type { Collection } from './collect-values.ts';
import { quoted, type Row, type Session } from './session.ts';

/** Tables of at least this many rows may be sampled. */
const LARGE = 1000;
/** Rows of one statement of a full reading: also with cells of the greatest length they stay below what an answer may hold. */
const PAGE = 500;
/** Rows at either end of a sampled table, and random places with some rows at each. */
const END_ROWS = 16;
const PLACES = 16;
const PLACE_ROWS = 4;
/** Bytes: a sealed value of a plugin is looked for in cells of this length only, so that no log is read as a token. */
const SHORTEST_SEALED = 54;
const LONGEST_SEALED = 65_535;

export interface TableProbe {
  readonly table: string;
  readonly large: boolean;
  /** Smallest and largest id; both 0 in an empty table. */
  readonly first: number;
  readonly last: number;
}

/** Asks every table for its ends, and whether it has 1,000 rows, without counting further than that. */
export async function probeTables(session: Session, tables: readonly string[]): Promise<TableProbe[]> {
  if (tables.length === 0) return [];
  const selects = tables.map((name, index) => {
    const table = session.table(name);
    const counted = `SELECT COUNT(*) FROM (SELECT 1 FROM ${table} LIMIT ${LARGE}) AS probe${index}`;
    return `SELECT ${index}, (SELECT MIN(id) FROM ${table}), (SELECT MAX(id) FROM ${table}), (${counted})`;
  });
  const rows = await session.rows(selects.join(' UNION ALL '));
  return tables.map((table, index) => {
    const [, first, last, counted] = rows.find(([place]) => Number(place) === index) ?? [];
    return { table, large: Number(counted) >= LARGE, first: Number(first ?? 0), last: Number(last ?? 0) };
  });
}

/** Reads every value of a table, in pages by id. */
export async function readTable(
  session: Session,
  table: string,
  fields: readonly SecuredField[],
  collection: Collection,
): Promise<void> {
  const filled = fields.map(({ column }) => `LENGTH(${quoted(column)}) > 0`).join(' OR ');
  const select = `SELECT ${selected(fields)} FROM ${session.table(table)} WHERE (${filled})`;
  let after = -1;
  while (true) {
    // No placeholder: a plugin's column may have a question mark in its name.
    const rows = await session.rows(`${select} AND id > ${after} ORDER BY id LIMIT ${PAGE}`);
    for (const row of rows) addRow(collection, fields, row);
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    after = Number(last[0]);
  }
}

/**
 * Reads the first and the last rows of a table, and some at random ids in between, by the index on `id`: about a hundred
 * rows whatever the table's size. What is random differs from pass to pass, so that a table that is half dead does not
 * look sound for long.
 */
export async function sampleTable(
  session: Session,
  probe: TableProbe,
  fields: readonly SecuredField[],
  collection: Collection,
): Promise<void> {
  const select = `SELECT ${selected(fields)} FROM ${session.table(probe.table)}`;
  const parts = [`(${select} ORDER BY id LIMIT ${END_ROWS})`, `(${select} ORDER BY id DESC LIMIT ${END_ROWS})`];
  for (let place = 0; place < PLACES; place += 1) {
    const start = randomInt(probe.first, probe.last + 1);
    parts.push(`(${select} WHERE id >= ${start} ORDER BY id LIMIT ${PLACE_ROWS})`);
  }
  const rows = new Map<number, Row>();
  for (const row of await session.rows(parts.join(' UNION ALL '))) rows.set(Number(row[0]), row);
  for (const id of [...rows.keys()].sort((a, b) => a - b)) addRow(collection, fields, rows.get(id) ?? []);
}

function selected(fields: readonly SecuredField[]): string {
  return ['id', ...fields.map(selectedCell)].join(', ');
}

/** What is selected of a column; NULL of a cell that no sealed value fits in. */
export function selectedCell({ column, shapedOnly }: SecuredField): string {
  const name = quoted(column);
  return shapedOnly === true
    ? `IF(LENGTH(${name}) BETWEEN ${SHORTEST_SEALED} AND ${LONGEST_SEALED}, ${name}, NULL)`
    : name;
}

function addRow(collection: Collection, fields: readonly SecuredField[], row: Row): void {
  for (const [index, field] of fields.entries()) collection.add(field, Number(row[0]), row[index + 1] ?? null);
}
