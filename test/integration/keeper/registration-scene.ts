import { randomBytes } from 'node:crypto';
import type { Connection, RowDataPacket } from 'mysql2/promise';
import type { Settings } from '../../../src/config/settings.ts';
import { openValue } from '../../../src/glpi/sealed-value.ts';
import type { GlpiVersion } from '../../stand-in/mariadb/load-glpi-tables.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { type ScratchInstance, scratchInstance } from './scratch-instance.ts';
import { sealedSchema, sealLikeGlpi } from './sealed-schema.ts';

/** As GLPI makes it: 40 letters and digits. */
export const UID = 'Uid7'.repeat(10);

/** The row, and the uid, as they stand. */
export interface RegistrationRows {
  /** What GLPI reads with the key file as it lies there; null where it reads nothing. */
  readonly key: string | null;
  readonly stored: string | null | 'no row';
  readonly uid: string | null;
}

/** A GLPI with a registration key in its settings, captured by a keeper as it is. */
export interface RegistrationScene extends AsyncDisposable {
  readonly instance: ScratchInstance;
  readonly client: Connection;
  readonly schema: string;
  readonly securityKey: Buffer;
  readonly registrationKey: string;
  rows(): Promise<RegistrationRows>;
  /** The administrator's doing: `undefined` deletes the row, text goes in sealed. */
  put(key: string | null | undefined): Promise<void>;
  /** What stands in the row from here on, as it is. */
  store(value: string | null): Promise<void>;
}

/** Some registration key of its own: base64 of JSON with a signature. */
export function someRegistrationKey(owner = 'ACME'): string {
  const claims = {
    owner,
    reference: randomBytes(6).toString('hex'),
    issued: '2026-01-01',
    signature: randomBytes(48).toString('base64'),
  };
  return Buffer.from(JSON.stringify(claims)).toString('base64');
}

export async function registrationScene(
  mariadb: Mariadb,
  options: { readonly version?: GlpiVersion; readonly settings?: Partial<Settings> } = {},
): Promise<RegistrationScene> {
  const securityKey = randomBytes(32);
  const registrationKey = someRegistrationKey();
  const schema = await sealedSchema(mariadb, securityKey, 'typed in', options.version);
  const client = await mariadb.connect({ schema });
  const instance = scratchInstance(mariadb, schema, options.settings);
  instance.put('glpicrypt.key', securityKey);
  const scene: RegistrationScene = {
    instance,
    client,
    schema,
    securityKey,
    registrationKey,
    rows: () => readRows(client, instance),
    put: async (key) => {
      if (key === undefined)
        await client.query(`DELETE FROM glpi_configs WHERE ${nameIs('glpinetwork_registration_key')}`);
      else await write(client, 'glpinetwork_registration_key', key === null ? '' : sealLikeGlpi(key, securityKey));
    },
    store: (value) => write(client, 'glpinetwork_registration_key', value),
    [Symbol.asyncDispose]: async () => {
      await client.end();
      instance[Symbol.dispose]();
    },
  };
  await write(client, 'glpi_network_uuid', UID);
  await scene.put(registrationKey);
  return scene;
}

/** What the vault says of the registration key, oldest generation first: the fingerprint, `cleared` or `unknown`. */
export async function historyOf({ instance }: RegistrationScene): Promise<string[]> {
  const { generations } = await (await instance.openVault()).list();
  return generations.map(({ registration }) =>
    registration.kind === 'kept' ? registration.fingerprint : registration.kind,
  );
}

async function readRows(client: Connection, instance: ScratchInstance): Promise<RegistrationRows> {
  const row = await read(client, 'glpinetwork_registration_key');
  const uid = await read(client, 'glpi_network_uuid');
  const sealed = row === 'no row' ? null : row;
  const key = sealed === null ? null : openValue(sealed, instance.read('glpicrypt.key'));
  return { key: key?.toString('utf8') ?? null, stored: row, uid: uid === 'no row' ? null : uid };
}

async function read(client: Connection, name: string): Promise<string | null | 'no row'> {
  const [rows] = await client.query<RowDataPacket[]>(`SELECT value FROM glpi_configs WHERE ${nameIs(name)}`);
  const [row] = rows;
  return row === undefined ? 'no row' : row.value;
}

async function write(client: Connection, name: string, value: string | null): Promise<void> {
  await client.query(
    "INSERT INTO glpi_configs (context, name, value) VALUES ('core', ?, ?) ON DUPLICATE KEY UPDATE value = VALUES(value)",
    [name, value],
  );
}

function nameIs(name: string): string {
  return `context = 'core' AND name = '${name}'`;
}
