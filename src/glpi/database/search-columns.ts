import type { Fingerprint } from '../../core/brand.ts';
import { placeKey, type SecuredPlace } from '../../core/secured-place.ts';
import { KeyRing } from '../key-ring.ts';
import { hasSealedShape } from '../sealed-value.ts';
import type { SecuredField } from '../secured-fields.ts';
import { readMember } from './json-member.ts';
import { listTextColumns, type TextTable } from './list-text-columns.ts';
import { governs, knownFields } from './read-values.ts';
import { type Cell, quoted, type Row, type Session } from './session.ts';

export interface ColumnSearchRequest {
  /** 32 bytes each. Only a value that one of them opens counts: the shape alone proves nothing. */
  readonly keys: ReadonlyMap<Fingerprint, Buffer>;
  /** Remembered already, and read with every pass. */
  readonly places: readonly SecuredPlace[];
  readonly onProgress: (progress: SearchProgress) => void;
}

export interface SearchProgress {
  readonly table: string;
  /** Tables done, of how many, and rows looked at so far. */
  readonly done: number;
  readonly of: number;
  readonly rows: number;
}

export interface FoundPlace {
  readonly place: SecuredPlace;
  /** Values there that a known key opens. */
  readonly values: number;
  /** Why they cannot be kept and moved with the key, as the end of a sentence; null where they can. */
  readonly obstacle: string | null;
}

export interface ColumnSearch {
  readonly found: readonly FoundPlace[];
  readonly tables: number;
  readonly columns: number;
  readonly rows: number;
}

/** Rows whose texts are looked at by one statement, and rows of one answer. */
const WINDOW = 20_000;
const ANSWER = 500;

/**
 * What the server itself can tell: a whole cell in base64 that is no hex digest, or a JSON object with a member in it,
 * each long enough. The first byte outside the alphabet ends the look, so prose costs little. (POSIX classes: MariaDB's
 * PCRE and MySQL's ICU know them.)
 */
function wholeLook(cell: string): string {
  const text = `CONVERT(${cell} USING utf8mb4)`;
  return `LENGTH(${cell}) BETWEEN 54 AND 65535 AND ${text} NOT REGEXP '[^A-Za-z0-9+/=[:space:]]'
    AND ${text} REGEXP '[G-Zg-z+/]'`;
}

function memberLook(cell: string): string {
  return `LENGTH(${cell}) BETWEEN 60 AND 65535 AND LEFT(LTRIM(${cell}), 1) = '{'
    AND CONVERT(${cell} USING utf8mb4) REGEXP '${String.raw`"[A-Za-z0-9+/\\\\]{54,}={0,2}"`}'`;
}

/**
 * Looks through every text column of every table for values that a known key opens, page by page by `id`. What every
 * pass reads anyway is left out. It takes no snapshot: rows that change meanwhile are found the next time.
 */
export async function searchColumns(session: Session, request: ColumnSearchRequest): Promise<ColumnSearch> {
  const tables = await listTextColumns(session);
  const fields = await knownFields(session, request.places);
  const search = new Search(session, request, fields);
  for (const [done, table] of tables.entries()) {
    search.begin(table, done, tables.length);
    await search.searchTable(table);
  }
  const columns = tables.reduce((sum, each) => sum + each.columns.length, 0);
  return { found: search.found(), tables: tables.length, columns, rows: search.rows };
}

/** Whether every pass reads this place already. */
function isKnown(place: SecuredPlace, fields: readonly SecuredField[]): boolean {
  const { table, column, jsonPath, context = '', name = '' } = place;
  return fields.some((field) => {
    if (field.table !== table || field.column !== column || field.jsonPath !== jsonPath) return false;
    return table !== 'glpi_configs' || governs(field, { context, name });
  });
}

class Search {
  readonly #session: Session;
  readonly #request: ColumnSearchRequest;
  readonly #fields: readonly SecuredField[];
  readonly #ring: KeyRing;
  readonly #found = new Map<string, { place: SecuredPlace; values: number; obstacle: string | null }>();
  #rows = 0;
  #place = { table: '', done: 0, of: 0 };

  constructor(session: Session, request: ColumnSearchRequest, fields: readonly SecuredField[]) {
    this.#session = session;
    this.#request = request;
    this.#fields = fields;
    this.#ring = new KeyRing(request.keys);
  }

  get rows(): number {
    return this.#rows;
  }

  found(): FoundPlace[] {
    return [...this.#found.values()];
  }

  begin({ table }: TextTable, done: number, of: number): void {
    this.#place = { table, done, of };
    this.#tell();
  }

  async searchTable(table: TextTable): Promise<void> {
    const from = `FROM ${this.#session.table(table.table)}`;
    const looks = table.columns.map((column) => this.#lookOf(table.table, column));
    const any = looks.map((look) => `(${look})`).join(' OR ');
    // glpi_configs alone has rows of many kinds in one column.
    const row = table.table === 'glpi_configs' ? ['context', 'name'] : [];
    const cells = table.columns.map((column, index) => `IF(${looks[index]}, ${quoted(column)}, NULL)`);
    if (!table.hasId) {
      const rows = await this.#session.rows(`SELECT 0, ${cells.join(', ')} ${from} WHERE ${any} LIMIT ${ANSWER}`);
      for (const each of rows) this.#tryRow(table, each);
      return;
    }
    const select = `SELECT id, ${[...cells, ...row].join(', ')} ${from}`;
    for (let after = -1; ; ) {
      const window = `SELECT id ${from} WHERE id > ${after} ORDER BY id LIMIT ${WINDOW}`;
      const [ends] = await this.#session.rows(`SELECT MAX(id), COUNT(*) FROM (${window}) AS page`);
      if (ends?.[0] == null) return;
      const last = Number(ends[0]);
      await this.#searchWindow(table, `${select} WHERE id <= ${last} AND (${any})`, after);
      this.#rows += Number(ends[1]);
      this.#tell();
      if (!Number.isSafeInteger(last)) return;
      after = last;
    }
  }

  async #searchWindow(table: TextTable, select: string, start: number): Promise<void> {
    for (let after = start; ; ) {
      // No placeholders: a column's name may hold a question mark.
      const rows = await this.#session.rows(`${select} AND id > ${after} ORDER BY id LIMIT ${ANSWER}`);
      for (const each of rows) this.#tryRow(table, each);
      const last = rows.at(-1);
      if (last === undefined || rows.length < ANSWER) return;
      after = Number(last[0]);
    }
  }

  /** Which cells of a column are worth a look. */
  #lookOf(table: string, column: string): string {
    const cell = quoted(column);
    const read = table !== 'glpi_configs' && isKnown({ table, column }, this.#fields);
    return read ? memberLook(cell) : `(${wholeLook(cell)}) OR (${memberLook(cell)})`;
  }

  #tryRow(table: TextTable, row: Row): void {
    for (const [index, column] of table.columns.entries()) {
      const cell = row[index + 1] ?? null;
      if (cell === null) continue;
      const named = table.table === 'glpi_configs' ? settingOf(row, table.columns.length) : {};
      this.#tryCell(table, { table: table.table, column, ...named }, String(cell));
    }
  }

  #tryCell(table: TextTable, place: SecuredPlace, text: string): void {
    if (hasSealedShape(text)) this.#tryValue(table, place, text);
    for (const name of membersOf(text)) {
      const jsonPath = `$.${name}`;
      const value = readMember(text, jsonPath);
      if (value !== null && hasSealedShape(value)) this.#tryValue(table, { ...place, jsonPath }, value);
    }
  }

  #tryValue(table: TextTable, place: SecuredPlace, value: string): void {
    if (isKnown(place, this.#fields) || this.#ring.open(value) === null) return;
    const key = placeKey(place);
    const found = this.#found.get(key) ?? { place, values: 0, obstacle: obstacleOf(table, place) };
    found.values += 1;
    this.#found.set(key, found);
  }

  #tell(): void {
    this.#request.onProgress({ ...this.#place, rows: this.#rows });
  }
}

function settingOf(row: Row, columns: number): { context: string; name: string } {
  return { context: text(row[columns + 1]), name: text(row[columns + 2]) };
}

function text(cell: Cell | undefined): string {
  return String(cell ?? '');
}

function membersOf(json: string): string[] {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
  } catch {
    return [];
  }
}

function obstacleOf({ hasId, transactional }: TextTable, { table, column }: SecuredPlace): string | null {
  if (!hasId) return 'the table has no unique whole-number id by which a row could be named';
  if (!transactional) return 'the engine of the table knows no transactions';
  return `${table}${column}`.includes('?') ? 'a question mark in a name keeps it from being addressed' : null;
}
