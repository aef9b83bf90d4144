import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { openValue } from '../../src/glpi/sealed-value.ts';
import { sealLikeGlpi } from '../integration/keeper/sealed-schema.ts';
import { loadGlpiTables } from '../stand-in/mariadb/load-glpi-tables.ts';
import type { Mariadb } from '../stand-in/mariadb/mariadb.ts';

const USERS = 30;

interface Place {
  readonly table: string;
  readonly column: string;
  readonly where: string;
}

const PLACES: readonly Place[] = [
  { table: 'glpi_mailcollectors', column: 'passwd', where: 'id = 1' },
  { table: 'glpi_authldaps', column: 'rootdn_passwd', where: 'id = 1' },
  ...Array.from({ length: USERS }, (_, index) => ({
    table: 'glpi_users',
    column: 'api_token',
    where: `id = ${index + 100}`,
  })),
  { table: 'glpi_configs', column: 'value', where: "context = 'core' AND name = 'proxy_passwd'" },
  { table: 'glpi_configs', column: 'value', where: "context = 'core' AND name = 'smtp_passwd'" },
];

/** GLPI as far as its key and its rows go, and what each secret has to open to. Without a database it has only the key. */
export class GlpiSide {
  readonly #keyPath: string;
  readonly #mariadb: Mariadb | null;
  readonly #schema: string;
  readonly #secrets = new Map<Place, string>();
  readonly #keys: Buffer[] = [];
  #client: Connection | null = null;
  #saved = 0;

  constructor(keyPath: string, mariadb: Mariadb | null, schema: string) {
    this.#keyPath = keyPath;
    this.#mariadb = mariadb;
    this.#schema = schema;
  }

  /** The key that is right. */
  get key(): Buffer {
    const key = this.#keys.at(-1);
    if (key === undefined) throw new Error('GLPI is not installed yet');
    return key;
  }

  /** Each key that was right at some time. */
  get keys(): readonly Buffer[] {
    return this.#keys;
  }

  async install(): Promise<void> {
    this.#keys.push(randomBytes(32));
    writeFileSync(this.#keyPath, this.key, { mode: 0o640 });
    if (this.#mariadb === null) return;
    const client = await this.#connected();
    await loadGlpiTables(client, '10.0.17');
    await client.query("INSERT INTO glpi_mailcollectors (id, name) VALUES (1, 'inbox')");
    await client.query("INSERT INTO glpi_authldaps (id, name) VALUES (1, 'directory')");
    const users = Array.from({ length: USERS }, (_, index) => [index + 100, `user-${index}`]);
    await client.query('INSERT INTO glpi_users (id, name) VALUES ?', [users]);
    for (const place of PLACES) await this.#seal(place, this.#newSecret());
  }

  /** Saves what is no secret. */
  async save(): Promise<void> {
    this.#saved += 1;
    const client = await this.#connected();
    await client.query('UPDATE glpi_users SET realname = ? WHERE id = 100', [`saved ${this.#saved}`]);
  }

  /** Saves a new secret in the n-th place. */
  async saveSecret(index: number): Promise<void> {
    const place = PLACES[index % PLACES.length];
    if (place !== undefined) await this.#seal(place, this.#newSecret());
  }

  /** As `security:change_key` does: the key file first, then each table, `glpi_configs` last. */
  async rotate(): Promise<void> {
    this.#keys.push(randomBytes(32));
    writeFileSync(this.#keyPath, this.key);
    for (const place of PLACES) await this.#seal(place, this.#secrets.get(place) ?? '');
  }

  /** Takes over the key that `keykeeper rotate` made. */
  followFile(): void {
    this.#keys.push(readFileSync(this.#keyPath));
  }

  /** Places that the right key does not open to what was saved there. */
  async lost(): Promise<string[]> {
    if (this.#mariadb === null) return [];
    const lost: string[] = [];
    for (const place of PLACES) {
      const cell = await this.#read(place);
      const opened = openValue(cell ?? '', this.key)?.toString('utf8');
      if (opened !== this.#secrets.get(place)) lost.push(`${place.table}.${place.column} (${place.where})`);
    }
    return lost;
  }

  /** Asks the server to end; whoever keeps it starts it again. */
  async restartDatabase(): Promise<void> {
    const client = await this.#connected();
    await client.query('SHUTDOWN').catch(() => undefined);
    await this.close();
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = null;
    await client?.end().catch(() => client.destroy());
  }

  async #seal(place: Place, secret: string): Promise<void> {
    const client = await this.#connected();
    const statement = `UPDATE ${place.table} SET ${place.column} = ? WHERE ${place.where}`;
    await client.query(statement, [sealLikeGlpi(secret, this.key)]);
    this.#secrets.set(place, secret);
  }

  async #read({ table, column, where }: Place): Promise<string | null> {
    const client = await this.#connected();
    const [rows] = await client.query<RowDataPacket[]>(`SELECT ${column} AS cell FROM ${table} WHERE ${where}`);
    return rows[0]?.cell ?? null;
  }

  #newSecret(): string {
    return `secret ${randomBytes(8).toString('hex')}`;
  }

  async #connected(): Promise<Connection> {
    if (this.#client !== null) return this.#client;
    if (this.#mariadb === null) throw new Error('there is no database here');
    const client = await this.#mariadb.connect({ schema: this.#schema });
    // A connection that dies while nobody uses it is no reason to end: it is opened anew.
    client.on('error', () => {
      this.#client = null;
    });
    this.#client = client;
    return client;
  }
}
