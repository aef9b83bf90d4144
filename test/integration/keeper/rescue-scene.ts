import { randomBytes } from 'node:crypto';
import type { RescueWish } from '../../../src/core/plan-rescue.ts';
import { openValue } from '../../../src/glpi/sealed-value.ts';
import type { Reconciliation } from '../../../src/keeper/reconcile.ts';
import { type GlpiVersion, loadGlpiTables } from '../../stand-in/mariadb/load-glpi-tables.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { type Client, openConnection } from './recorded-rows.ts';
import { type ScratchInstance, schemaName, scratchInstance } from './scratch-instance.ts';
import { sealLikeGlpi } from './sealed-schema.ts';

/** An instance with mail receivers, whose passwords a test destroys in one way or another. */
export interface RescueScene extends AsyncDisposable {
  readonly instance: ScratchInstance;
  readonly client: Client;
  readonly key: Buffer;
  /** What stands in the row of a receiver, as text in the database. */
  cell(id: number): Promise<string | null>;
  /** Writes the row of a receiver, as somebody else would. */
  write(id: number, cell: string | null): Promise<void>;
  /** What the live key makes of the row; null where it opens nothing. */
  secret(id: number): Promise<string | null>;
  /** One run as the gate, without bringing anything back by itself. */
  look(): Promise<Reconciliation>;
  /** `keykeeper rescue`, after somebody said yes. */
  rescue(wish?: RescueWish): Promise<Reconciliation>;
  /** The next start, with `KEYKEEPER_RESCUE=auto`. */
  start(): Promise<Reconciliation>;
  undo(): Promise<Reconciliation>;
}

/** @param secrets the passwords of receivers 1, 2, …; the vault knows them all */
export async function rescueScene(
  mariadb: Mariadb,
  secrets: readonly string[],
  version: GlpiVersion = '10.0.17',
): Promise<RescueScene> {
  const schema = await mariadb.createSchema(schemaName('rescue'));
  const instance = scratchInstance(mariadb, schema, { rescue: 'ask' });
  const connection = await openConnection(mariadb, schema);
  const { client } = connection;
  const key = randomBytes(32);
  await loadGlpiTables(client, version);
  await client.query('DELETE FROM glpi_mailcollectors');
  for (const [index, secret] of secrets.entries()) {
    await client.query('INSERT INTO glpi_mailcollectors (id, passwd) VALUES (?, ?)', [
      index + 1,
      sealLikeGlpi(secret, key),
    ]);
  }
  instance.put('glpicrypt.key', key);
  const cell = async (id: number) => {
    const [rows] = await client.query('SELECT passwd FROM glpi_mailcollectors WHERE id = ?', [id]);
    return (rows as { passwd: string | null }[])[0]?.passwd ?? null;
  };
  const run = (asked: { readonly scope: 'rescue' | 'undo-rescue' } & RescueWish) =>
    instance.keeper('guard').reconcile(AbortSignal.timeout(120_000), { depth: 'full', asked });
  const scene: RescueScene = {
    instance,
    client,
    key,
    cell,
    write: async (id, text) => {
      await client.query('UPDATE glpi_mailcollectors SET passwd = ? WHERE id = ?', [text, id]);
    },
    secret: async (id) => {
      const text = await cell(id);
      return text === null ? null : (openValue(text, instance.read('glpicrypt.key'))?.toString('utf8') ?? null);
    },
    look: () => instance.keeper('gate').reconcile(AbortSignal.timeout(120_000)),
    rescue: (wish = {}) => run({ scope: 'rescue', ...wish }),
    undo: () => run({ scope: 'undo-rescue' }),
    start: () => instance.keeper('gate', { rescue: 'auto' }).reconcile(AbortSignal.timeout(120_000)),
    [Symbol.asyncDispose]: async () => {
      await connection[Symbol.asyncDispose]();
      instance[Symbol.dispose]();
    },
  };
  await scene.look();
  return scene;
}
