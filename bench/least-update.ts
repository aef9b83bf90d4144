import type { RowDataPacket } from 'mysql2/promise';
import type { Mariadb } from '../test/stand-in/mariadb/mariadb.ts';

const ROWS_A_STATEMENT = 1_000;

/**
 * What the server alone takes for writing every token of a schema once, each row guarded by its old bytes, in one
 * transaction: the statements are made before the clock starts, and nothing is opened, sealed, read back or kept.
 *
 * @returns milliseconds from START TRANSACTION to the end of COMMIT
 */
export async function leastUpdate(mariadb: Mariadb, schema: string): Promise<number> {
  const client = await mariadb.connect({ schema });
  const [rows] = await client.query<RowDataPacket[]>(
    'SELECT id, api_token FROM glpi_users WHERE id >= 100 ORDER BY id',
  );
  const statements: string[] = [];
  for (let start = 0; start < rows.length; start += ROWS_A_STATEMENT) {
    const batch = rows.slice(start, start + ROWS_A_STATEMENT);
    const list = batch.map(({ id, api_token }) => `(${id}, '${api_token}', '${turned(String(api_token))}')`);
    const named = `SELECT 0 AS id, '' AS old, '' AS new UNION ALL VALUES ${list.join(', ')}`;
    const guard = 'CAST(t.api_token AS BINARY) = CAST(w.old AS BINARY)';
    statements.push(`UPDATE (${named}) AS w JOIN glpi_users t ON t.id = w.id SET t.api_token = w.new WHERE ${guard}`);
  }
  const started = performance.now();
  await client.query('START TRANSACTION');
  for (const statement of statements) await client.query(statement);
  await client.query('COMMIT');
  const took = performance.now() - started;
  await client.end();
  return took;
}

/** Another text of the same length: to the server it is as good as a sealed one. */
function turned(value: string): string {
  return [...value].reverse().join('');
}
