import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import type { NetworkDouble } from '../../stand-in/network/network-double.ts';
import { type CliEnvironment, environmentOf } from '../cli/run-cli.ts';
import { type ScratchInstance, scratchInstance } from '../keeper/scratch-instance.ts';
import { sealedSchema, sealLikeGlpi } from '../keeper/sealed-schema.ts';

/** Every encoding writes it differently, and it is long enough that no part of it is there by chance. */
export const REGISTRATION_KEY = Buffer.from(
  JSON.stringify({ owner: 'ACME', serial: 'ß+/~ÿ??>>', signature: 'c2lnbmF0dXJlIG9mIGEgdGVzdCBrZXk/' }),
).toString('base64');

export const UID = 'Zx81'.repeat(10);

/** A GLPI 10.0.17 with a registration key in its settings, and Keykeeper's settings for the double. */
export interface RegisteredInstance extends Disposable {
  readonly instance: ScratchInstance;
  readonly schema: string;
  readonly securityKey: Buffer;
  readonly environment: CliEnvironment;
  query(statement: string, values?: readonly unknown[]): Promise<unknown>;
  /** The registration key's row as it stands. */
  row(): Promise<unknown>;
}

export async function registeredInstance(mariadb: Mariadb, double: NetworkDouble): Promise<RegisteredInstance> {
  const securityKey = randomBytes(32);
  const schema = await sealedSchema(mariadb, securityKey);
  const instance = scratchInstance(mariadb, schema);
  instance.put('glpicrypt.key', securityKey);
  const authority = join(instance.configDir, '../ca.pem');
  writeFileSync(authority, double.certificates.ca);
  async function query(statement: string, values: readonly unknown[] = []): Promise<unknown> {
    const client = await mariadb.connect({ schema });
    try {
      const [result] = await client.query(statement, [...values]);
      return result;
    } finally {
      await client.end();
    }
  }
  await query(
    `REPLACE INTO glpi_configs (context, name, value) VALUES
       ('core', 'glpinetwork_registration_key', ?), ('core', 'glpi_network_uuid', ?)`,
    [sealLikeGlpi(REGISTRATION_KEY, securityKey), UID],
  );
  return {
    instance,
    schema,
    securityKey,
    environment: environmentOf(instance, {
      KEYKEEPER_REGISTRATION_VALIDATE: 'on',
      KEYKEEPER_REGISTRATION_URL: `https://localhost:${double.port}`,
      KEYKEEPER_CA_FILE: authority,
      KEYKEEPER_LOG_LEVEL: 'debug',
      KEYKEEPER_INTERVAL: '1s',
    }),
    query,
    row: () => query("SELECT value FROM glpi_configs WHERE name = 'glpinetwork_registration_key'"),
    [Symbol.dispose]: () => instance[Symbol.dispose](),
  };
}

/** The questions with a key in them that reached the double. */
export function questionsTo(double: NetworkDouble) {
  return double.record.requests.filter((each) => each.keySha256 !== null);
}
