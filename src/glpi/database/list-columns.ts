import type { Session } from './session.ts';

/**
 * The columns of tables that may hold secrets (`tables`, and those of plugins), by table: those with text in them, and `id` where it is a whole number.
 * The pattern on the table's name keeps the server from opening the other 400 tables of a GLPI.
 */
export async function listColumns(
  session: Session,
  tables: readonly string[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const rows = await session.rows(
    `SELECT table_name, column_name FROM information_schema.columns
      WHERE table_schema = ? AND (table_name IN (?) OR table_name LIKE 'glpi\\_plugin\\_%')
        AND (data_type IN ('char', 'varchar', 'tinytext', 'text', 'mediumtext', 'longtext')
          OR (column_name = 'id' AND data_type IN ('int', 'bigint', 'mediumint', 'smallint')))
      ORDER BY table_name, ordinal_position`,
    [session.schema, [...tables]],
  );
  const columns = new Map<string, Set<string>>();
  for (const [table, column] of rows) {
    const known = columns.get(String(table)) ?? new Set();
    columns.set(String(table), known.add(String(column)));
  }
  return columns;
}
