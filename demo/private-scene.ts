import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Connection } from 'mysql2/promise';
import { Secret } from '../src/core/secret.ts';
import { formatConfigDb } from '../src/glpi/format-config-db.ts';
import { breaksGlpi11 } from '../src/glpi/security-key.ts';
import { loadGlpiTables } from '../test/stand-in/mariadb/load-glpi-tables.ts';
import type { Mariadb } from '../test/stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../test/stand-in/mariadb/start-mariadb.ts';
import { addRows, readValue, writeValue } from './fill-database.ts';
import type { Scene, Secrets } from './scene.ts';
import { openAsGlpi, sealAsGlpi } from './seal-as-glpi.ts';

const VERSION = '11.0.6';
const SCHEMA = 'glpi';

/** A MariaDB of this demo alone, and this process writing what GLPI writes. */
export async function openPrivateScene(): Promise<Scene> {
  const mariadb = await startMariadb();
  const folder = mkdtempSync(join(tmpdir(), 'keykeeper-demo-'));
  return new PrivateScene(mariadb, folder);
}

class PrivateScene implements Scene {
  readonly cast: string;
  readonly configDir: string;
  readonly vaultDir: string;
  readonly owner: Scene['owner'];
  readonly #mariadb: Mariadb;
  readonly #folder: string;

  constructor(mariadb: Mariadb, folder: string) {
    const place = mariadb.socket === undefined ? 'in a container' : 'on a socket in a temporary folder';
    this.cast = `A private MariaDB ${place} has the tables of GLPI ${VERSION}; what GLPI itself would write, this script writes.`;
    this.#mariadb = mariadb;
    this.#folder = folder;
    this.configDir = join(folder, 'glpi', 'config');
    this.vaultDir = join(folder, 'vault');
    const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
    this.owner = uid === 0 ? { uid: 33, gid: 33 } : { uid, gid };
    mkdirSync(this.vaultDir);
    mkdirSync(this.configDir, { recursive: true });
    chownSync(this.configDir, this.owner.uid, this.owner.gid);
  }

  async install(): Promise<readonly string[]> {
    await this.#mariadb.createSchema(SCHEMA);
    await this.#connected(async (connection) => {
      await loadGlpiTables(connection, VERSION);
      await addRows(connection);
    });
    const pair = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    });
    const said = await this.start();
    this.#write('oauth.pem', pair.privateKey, 0o660);
    this.#write('oauth.pub', pair.publicKey, 0o660);
    return [...said, 'script: wrote oauth.pem and oauth.pub'];
  }

  async typeIn(secrets: Secrets): Promise<void> {
    const key = this.#key();
    await this.#connected(async (connection) => {
      for (const [name, value] of secrets) await writeValue(connection, name, sealAsGlpi(value, key));
    });
  }

  async loseDirectory(): Promise<void> {
    rmSync(this.configDir, { recursive: true });
    mkdirSync(this.configDir);
    chownSync(this.configDir, this.owner.uid, this.owner.gid);
  }

  /** Without config_db.php GLPI's auto-install writes it, and a new key whether or not there is one. */
  async start(): Promise<readonly string[]> {
    if (existsSync(join(this.configDir, 'config_db.php'))) return ['script: config_db.php is there, nothing to write'];
    this.#write('glpicrypt.key', newKey(), 0o644);
    this.#write('config_db.php', this.#databaseSettings(), 0o644);
    return ['script: no config_db.php, so the auto-install: wrote a new glpicrypt.key and config_db.php'];
  }

  /** Nothing of GLPI runs here. */
  async stop(): Promise<void> {}

  async readSecrets(names: readonly string[]): Promise<Secrets> {
    const key = this.#key();
    const sealed = await this.sealedValues(names);
    return new Map([...sealed].map(([name, value]) => [name, openAsGlpi(value, key)]));
  }

  async sealedValues(names: readonly string[]): Promise<Secrets> {
    return await this.#connected(async (connection) => {
      const values = new Map<string, string>();
      for (const name of names) values.set(name, await readValue(connection, name));
      return values;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    rmSync(this.#folder, { recursive: true, force: true });
    await this.#mariadb.stop();
  }

  #key(): Buffer {
    return readFileSync(join(this.configDir, 'glpicrypt.key'));
  }

  #databaseSettings(): string {
    const password = new Secret(this.#mariadb.rootPassword);
    const settings = { hosts: [this.#mariadb.dbhost], user: 'root', password, schema: SCHEMA };
    return formatConfigDb({ ...settings, flags: { use_utf8mb4: true } }, VERSION);
  }

  #write(name: string, content: Buffer | string, mode: number): void {
    const path = join(this.configDir, name);
    writeFileSync(path, content);
    chmodSync(path, mode);
    chownSync(path, this.owner.uid, this.owner.gid);
  }

  async #connected<T>(use: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = await this.#mariadb.connect({ schema: SCHEMA });
    try {
      return await use(connection);
    } finally {
      await connection.end();
    }
  }
}

/** One random key in 200 keeps GLPI 11 from booting; that is another story. */
function newKey(): Buffer {
  for (;;) {
    const key = randomBytes(32);
    if (!breaksGlpi11(key)) return key;
  }
}
