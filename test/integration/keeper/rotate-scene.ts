import { randomBytes } from 'node:crypto';
import type { RowDataPacket } from 'mysql2/promise';
import { openValue } from '../../../src/glpi/sealed-value.ts';
import { type SecuredField, securedFieldsFor } from '../../../src/glpi/secured-fields.ts';
import { type GlpiVersion, loadGlpiTables } from '../../stand-in/mariadb/load-glpi-tables.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { type Client, openConnection } from './recorded-rows.ts';
import { type ScratchInstance, schemaName, scratchInstance } from './scratch-instance.ts';
import { sealLikeGlpi } from './sealed-schema.ts';

/** An instance with a value in every place that its GLPI seals, and one in a plugin's table that nobody knows of. */
export interface RotateScene extends AsyncDisposable {
  readonly instance: ScratchInstance;
  readonly client: Client;
  readonly schema: string;
  /** The key that was live at first. */
  readonly key: Buffer;
  /** How many values were sealed. */
  readonly count: number;
  /** What each place opens to under the file's key: the name of the place where all is well, null where it opens nothing. */
  opened(): Promise<Map<string, string | null>>;
  /** Places that do not open under the file's key to what was sealed there. */
  lost(): Promise<string[]>;
  /** Stores a password in `smtp_passwd`, as GLPI does under this key. */
  save(secret: string, key: Buffer): Promise<void>;
  smtp(): Promise<string | null>;
}

interface Place {
  readonly name: string;
  /** Answers the sealed text as its only cell. */
  readonly sql: string;
}

/** Of a name that says nothing: only a deep search finds it. */
export const PLUGIN = { table: 'glpi_plugin_example_notes', column: 'note' } as const;

/** @param tables those in which values are sealed; all that this version has unless named */
export async function rotateScene(
  mariadb: Mariadb,
  version: GlpiVersion = '10.0.17',
  tables: readonly string[] = [],
): Promise<RotateScene> {
  const schema = await mariadb.createSchema(schemaName('rotate'));
  const instance = scratchInstance(mariadb, schema);
  const connection = await openConnection(mariadb, schema);
  const { client } = connection;
  const key = randomBytes(32);
  await loadGlpiTables(client, version);
  await client.query("SET SESSION sql_mode = ''");
  const places = await sealEverywhere({ client, schema, version, key, tables });
  instance.put('glpicrypt.key', key);
  const smtp = async () => openedCell(client, SMTP, instance.read('glpicrypt.key'));
  const opened = async () => {
    const live = instance.read('glpicrypt.key');
    const found = new Map<string, string | null>();
    for (const { name, sql } of places) found.set(name, await openedCell(client, sql, live));
    return found;
  };
  return {
    instance,
    client,
    schema,
    key,
    count: places.length,
    opened,
    lost: async () => [...(await opened())].filter(([name, text]) => text !== name).map(([name]) => name),
    save: async (secret, under) => {
      await client.query("UPDATE glpi_configs SET value = ? WHERE context = 'core' AND name = 'smtp_passwd'", [
        sealLikeGlpi(secret, under),
      ]);
    },
    smtp,
    [Symbol.asyncDispose]: async () => {
      await connection[Symbol.asyncDispose]();
      instance[Symbol.dispose]();
    },
  };
}

const SMTP = "SELECT value FROM glpi_configs WHERE context = 'core' AND name = 'smtp_passwd'";

async function openedCell(client: Client, sql: string, key: Buffer): Promise<string | null> {
  const [rows] = await client.query(sql);
  const cell = Object.values((rows as RowDataPacket[])[0] ?? {})[0];
  return typeof cell === 'string' ? (openValue(cell, key)?.toString('utf8') ?? null) : null;
}

interface Sealing {
  readonly client: Client;
  readonly schema: string;
  readonly version: string;
  readonly key: Buffer;
  readonly tables: readonly string[];
}

/** A row of its own for each column, and each named setting: what `security:change_key` forgets is among them. */
async function sealEverywhere({ client, schema, version, key, tables }: Sealing): Promise<Place[]> {
  const places: Place[] = [];
  const seal = async (name: string, sql: string, write: (sealed: string) => Promise<unknown>) => {
    await write(sealLikeGlpi(name, key));
    // Older versions keep clear text in columns that are too short for a sealed value.
    if ((await openedCell(client, sql, key)) === name) places.push({ name, sql });
    else await write('');
  };
  for (const field of securedFieldsFor(version, await columnsOf(client, schema))) {
    if (tables.length > 0 && !tables.includes(field.table)) continue;
    if (field.table === 'glpi_configs') await sealSettings(client, field, seal);
    else await sealRow(client, field, seal);
  }
  if (tables.length > 0) return places;
  await client.query(`CREATE TABLE ${PLUGIN.table} (id INT PRIMARY KEY AUTO_INCREMENT, ${PLUGIN.column} TEXT)`);
  await seal(PLUGIN.table, `SELECT ${PLUGIN.column} FROM ${PLUGIN.table}`, (sealed) =>
    client.query(`INSERT INTO ${PLUGIN.table} (${PLUGIN.column}) VALUES (?)`, [sealed]),
  );
  return places;
}

type Seal = (name: string, sql: string, write: (sealed: string) => Promise<unknown>) => Promise<void>;

async function sealSettings(client: Client, field: SecuredField, seal: Seal): Promise<void> {
  if (field.jsonPath !== undefined) return;
  const context = field.contextPrefix === undefined ? (field.context ?? '') : `${field.contextPrefix}example`;
  for (const name of field.names ?? ['a_token']) {
    const where = `context = '${context}' AND name = '${name}'`;
    await client.query(`DELETE FROM glpi_configs WHERE ${where}`);
    await seal(`${context}/${name}`, `SELECT value FROM glpi_configs WHERE ${where}`, (sealed) =>
      client.query('INSERT INTO glpi_configs (context, name, value) VALUES (?, ?, ?)', [context, name, sealed]),
    );
  }
}

async function sealRow(client: Client, { table, column, jsonPath }: SecuredField, seal: Seal): Promise<void> {
  const name = `${table}.${column}`;
  const [rows] = await client
    .query(`INSERT INTO \`${table}\` (\`${column}\`) VALUES (NULL)`)
    .catch(() => client.query(`INSERT INTO \`${table}\` (\`${column}\`) VALUES ('')`));
  const { insertId } = rows as { insertId: number };
  const cell = jsonPath === undefined ? `\`${column}\`` : `JSON_VALUE(\`${column}\`, '${jsonPath}')`;
  await seal(name, `SELECT ${cell} FROM \`${table}\` WHERE id = ${insertId}`, (sealed) => {
    const text = jsonPath === undefined ? sealed : JSON.stringify({ algorithm: 'sha1', [jsonPath.slice(2)]: sealed });
    return client.query(`UPDATE \`${table}\` SET \`${column}\` = ? WHERE id = ?`, [text, insertId]);
  });
}

async function columnsOf(client: Client, schema: string): Promise<Map<string, Set<string>>> {
  const [rows] = await client.query(
    'SELECT table_name AS t, column_name AS c FROM information_schema.columns WHERE table_schema = ?',
    [schema],
  );
  const columns = new Map<string, Set<string>>();
  for (const { t, c } of rows as RowDataPacket[]) columns.set(t, (columns.get(t) ?? new Set()).add(c));
  return columns;
}
