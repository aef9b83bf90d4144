import type { Connection, RowDataPacket } from 'mysql2/promise';
import { rowOf } from './secrets.ts';

/** The mail receiver, the LDAP directory and the SNMP credential whose secrets are typed in later. */
export async function addRows(connection: Connection): Promise<void> {
  for (const table of ['glpi_mailcollectors', 'glpi_authldaps', 'glpi_snmpcredentials']) {
    await connection.query('INSERT INTO ?? (id, name) VALUES (1, ?) ON DUPLICATE KEY UPDATE name = name', [
      table,
      'demo',
    ]);
  }
}

/** Writes a value where GLPI keeps it. */
export async function writeValue(connection: Connection, name: string, value: string): Promise<void> {
  const row = rowOf(name);
  if (row !== null) {
    await connection.query('UPDATE ?? SET ?? = ? WHERE id = ?', [row.table, row.column, value, row.id]);
    return;
  }
  await connection.query(
    "INSERT INTO glpi_configs (context, name, value) VALUES ('core', ?, ?) ON DUPLICATE KEY UPDATE value = VALUES(value)",
    [name, value],
  );
}

/** The value as it stands in the database; '' where there is none. */
export async function readValue(connection: Connection, name: string): Promise<string> {
  const row = rowOf(name);
  const [rows] =
    row === null
      ? await connection.query<RowDataPacket[]>('SELECT value FROM glpi_configs WHERE name = ?', [name])
      : await connection.query<RowDataPacket[]>('SELECT ?? AS value FROM ?? WHERE id = ?', [
          row.column,
          row.table,
          row.id,
        ]);
  const value: unknown = rows[0]?.value;
  return typeof value === 'string' ? value : '';
}
