import type { Session } from './session.ts';

/** A table with text in it, whoever made it. */
export interface TextTable {
  readonly table: string;
  readonly columns: readonly string[];
  /** Its rows can be named by `id`, each by its own. */
  readonly hasId: boolean;
  /** Its engine can undo half a change. */
  readonly transactional: boolean;
}

/** Characters: what is sealed, even an empty text, is never shorter (40 bytes in base64 without padding). */
const SHORTEST = 54;

/**
 * Every table of the schema with char, varchar or text columns that are long enough for a sealed value. Views and
 * computed columns are left out: what they show stands elsewhere.
 */
export async function listTextColumns(session: Session): Promise<TextTable[]> {
  const rows = await session.rows(
    `SELECT c.table_name, c.column_name, COALESCE(e.transactions, 'NO') = 'YES'
      FROM information_schema.columns c
      JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
      LEFT JOIN information_schema.engines e ON e.engine = t.engine
      WHERE c.table_schema = ? AND t.table_type = 'BASE TABLE' AND c.extra NOT LIKE '%GENERATED%'
        AND c.data_type IN ('char', 'varchar', 'tinytext', 'text', 'mediumtext', 'longtext')
        AND c.character_maximum_length >= ${SHORTEST}
      ORDER BY c.table_name, c.ordinal_position`,
    [session.schema],
  );
  const withId = await tablesWithId(session);
  const tables = new Map<string, { columns: string[]; transactional: boolean }>();
  for (const [table, column, transactional] of rows) {
    const known = tables.get(String(table)) ?? { columns: [], transactional: Number(transactional) === 1 };
    known.columns.push(String(column));
    tables.set(String(table), known);
  }
  return [...tables].map(([table, rest]) => ({ table, hasId: withId.has(table), ...rest }));
}

/** Tables whose `id` is a whole number and has a unique index of its own: a table of GLPI's always has. */
async function tablesWithId(session: Session): Promise<ReadonlySet<string>> {
  const rows = await session.rows(
    `SELECT s.table_name FROM information_schema.statistics s
      JOIN information_schema.columns c ON c.table_schema = s.table_schema AND c.table_name = s.table_name
        AND c.column_name = 'id' AND c.data_type IN ('int', 'bigint', 'mediumint', 'smallint') AND c.is_nullable = 'NO'
      WHERE s.table_schema = ? AND s.non_unique = 0
      GROUP BY s.table_name, s.index_name HAVING COUNT(*) = 1 AND MAX(s.column_name) = 'id'`,
    [session.schema],
  );
  return new Set(rows.map(([table]) => String(table)));
}
