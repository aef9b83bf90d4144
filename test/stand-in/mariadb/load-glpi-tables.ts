import { readFile } from 'node:fs/promises';
import type { Connection } from 'mysql2/promise';

export type GlpiVersion = '9.5.6' | '10.0.17' | '11.0.6';

/**
 * Creates GLPI's secret-holding tables with the rows of a fresh installation in the connection's schema. The
 * connection must take several statements at once.
 */
export async function loadGlpiTables(connection: Connection, version: GlpiVersion): Promise<void> {
  await connection.query(await readFile(new URL(`../glpi/schema/${version}.sql`, import.meta.url), 'utf8'));
}
