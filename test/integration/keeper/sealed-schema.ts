import { randomBytes } from 'node:crypto';
import { sealWithNonce } from '../../../src/glpi/sealed-value.ts';
import { type GlpiVersion, loadGlpiTables } from '../../stand-in/mariadb/load-glpi-tables.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { schemaName } from './scratch-instance.ts';

/** Makes a schema of a fresh GLPI in which one secret was saved under `key`, and gives its name. */
export async function sealedSchema(
  mariadb: Mariadb,
  key: Buffer,
  secret = 'a password an administrator typed in',
  version: GlpiVersion = '10.0.17',
): Promise<string> {
  const schema = await mariadb.createSchema(schemaName('sealed'));
  const client = await mariadb.connect({ schema });
  try {
    await loadGlpiTables(client, version);
    await client.query("UPDATE glpi_configs SET value = ? WHERE context = 'core' AND name = 'smtp_passwd'", [
      sealLikeGlpi(secret, key),
    ]);
  } finally {
    await client.end();
  }
  return schema;
}

/** Without Keykeeper's mark in the nonce: what GLPI seals proves a key. */
export function sealLikeGlpi(plaintext: string, key: Buffer): string {
  return sealWithNonce(Buffer.from(plaintext), key, randomBytes(24));
}
