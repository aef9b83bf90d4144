import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Secret } from '../src/core/secret.ts';
import { formatConfigDb } from '../src/glpi/format-config-db.ts';
import { sealWithNonce } from '../src/glpi/sealed-value.ts';
import { loadGlpiTables } from '../test/stand-in/mariadb/load-glpi-tables.ts';
import type { Mariadb } from '../test/stand-in/mariadb/mariadb.ts';
import type { Variables } from './program.ts';

const VERSION = '10.0.17';

/** A GLPI's schema in which secrets are sealed under `key`. */
export interface BenchSchema {
  readonly mariadb: Mariadb;
  readonly name: string;
  readonly key: Buffer;
}

/** Config directory and vault in a temporary folder, removed when it is disposed. */
export interface BenchInstance extends Disposable {
  readonly configDir: string;
  readonly keyPath: string;
  readonly key: Buffer;
  /** The settings, and nothing of this process's own environment. */
  readonly environment: Variables;
}

export async function createSchema(mariadb: Mariadb, name: string): Promise<BenchSchema> {
  const key = randomBytes(32);
  await mariadb.createSchema(name);
  const client = await mariadb.connect({ schema: name });
  await loadGlpiTables(client, VERSION);
  await client.query("UPDATE glpi_configs SET value = ? WHERE context = 'core' AND name = 'smtp_passwd'", [
    sealedSecret(key),
  ]);
  await client.end();
  return { mariadb, name, key };
}

export function sealedSecret(key: Buffer): string {
  return sealWithNonce(Buffer.from('a password of the mail server'), key, randomBytes(24));
}

/** @param schema null: without a database */
export function createInstance(schema: BenchSchema | null): BenchInstance {
  const root = mkdtempSync(join(tmpdir(), 'keykeeper-bench-instance-'));
  const configDir = join(root, 'glpi', 'config');
  const vault = join(root, 'vault');
  for (const directory of [configDir, vault]) mkdirSync(directory, { recursive: true });
  const key = schema?.key ?? randomBytes(32);
  const keyPath = join(configDir, 'glpicrypt.key');
  writeFileSync(keyPath, key, { mode: 0o640 });
  if (schema !== null) writeFileSync(join(configDir, 'config_db.php'), settingsOf(schema), { mode: 0o640 });
  return {
    configDir,
    keyPath,
    key,
    environment: {
      PATH: process.env.PATH ?? '',
      KEYKEEPER_CONFIG_DIR: configDir,
      KEYKEEPER_VAULT: pathToFileURL(vault).href,
      KEYKEEPER_OWNER: `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`,
      KEYKEEPER_PLATFORM: 'none',
      KEYKEEPER_DATABASE: schema === null ? 'none' : 'auto',
    },
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}

function settingsOf({ mariadb, name }: BenchSchema): string {
  const password = new Secret(mariadb.rootPassword);
  return formatConfigDb({ hosts: [mariadb.dbhost], user: 'root', password, schema: name, flags: {} }, VERSION);
}
