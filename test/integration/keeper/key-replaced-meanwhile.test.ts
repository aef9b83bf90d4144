import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Failure } from '../../../src/core/failure.ts';
import { Keeper } from '../../../src/keeper/keeper.ts';
import { noPlatform } from '../../../src/platform/none.ts';
import type { Vault } from '../../../src/vault/vault.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { available } from '../../stand-in/require.ts';
import { type Client, openConnection } from './recorded-rows.ts';
import { registrationScene } from './registration-scene.ts';
import { type RescueScene, rescueScene } from './rescue-scene.ts';
import { sealLikeGlpi } from './sealed-schema.ts';

const SECRETS = ['one', 'two', 'three'];

describe.skipIf(!(await available('mariadb')))('rows that are to be sealed anew', () => {
  let mariadb: Mariadb;

  beforeAll(async () => {
    mariadb = await startMariadb();
  });

  afterAll(async () => {
    await mariadb.stop();
  });

  it('stay as they are where another key was put in the place of the live one before the commit', async () => {
    await using scene = await rescueScene(mariadb, SECRETS);
    await putNewKey(scene);
    const before = await cells(scene);
    await using other = await openConnection(mariadb, await schemaOf(scene.client));
    await lock(other.client, 'glpi_mailcollectors');
    const starting = scene.start();
    await waitForLock(scene.client);

    scene.instance.put('glpicrypt.key', randomBytes(32));
    await other.client.query('ROLLBACK');
    const { after } = await starting;

    // Most of them open under the first key: it is back, and nobody needed to touch them.
    expect(scene.instance.read('glpicrypt.key')).toEqual(scene.key);
    expect((await cells(scene)).slice(0, SECRETS.length)).toEqual(before.slice(0, SECRETS.length));
    expect(after.judgement.verdict).toBe('sound');
  });

  it('are written under the lease alone: without one they wait, and the run says why', async () => {
    await using scene = await rescueScene(mariadb, SECRETS);
    await putNewKey(scene);
    const before = await cells(scene);
    const { settings, openVault } = scene.instance;
    const keeper = new Keeper(
      {
        settings: { ...settings, rescue: 'auto' },
        openVault: async (...order) => withoutLease(await openVault(...order)),
        platform: noPlatform(),
        now: () => new Date(),
        monotonic: () => performance.now(),
      },
      'gate',
    );

    const result = await keeper.reconcile(AbortSignal.timeout(120_000));
    const next = await scene.start();

    expect(result.after.judgement.verdict).toBe('mixed');
    expect(result.reports.filter(({ action }) => action === 'reseal-values')).toMatchObject([{ done: false }]);
    expect(result.findings.map(({ code }) => code)).toEqual(expect.arrayContaining(['vault-unwritable', 'lease-held']));
    expect(before).not.toEqual(await cells(scene));
    expect(next.after.judgement.verdict).toBe('sound');
  });

  it('leave the row of the registration key as it is, too', async () => {
    await using scene = await registrationScene(mariadb);
    const { instance } = scene;
    await instance.keeper('gate').reconcile(AbortSignal.timeout(20_000));
    await scene.put(undefined);
    await using other = await openConnection(mariadb, scene.schema);
    await lock(other.client, 'glpi_configs');
    const starting = instance.keeper('gate').reconcile(AbortSignal.timeout(120_000));
    await waitForLock(scene.client);

    const stranger = randomBytes(32);
    instance.put('glpicrypt.key', stranger);
    await other.client.query('ROLLBACK');
    const { reports } = await starting;

    const registration = reports.filter(({ action }) => action === 'write-registration');
    expect(registration.map(({ done }) => done)).toEqual([false, true]);
    expect(instance.read('glpicrypt.key')).toEqual(scene.securityKey);
    expect(await scene.rows()).toMatchObject({ key: scene.registrationKey });
  });
});

/** A key that GLPI seals two more values under; the others still stand under the first. */
async function putNewKey(scene: RescueScene): Promise<void> {
  const key = randomBytes(32);
  scene.instance.put('glpicrypt.key', key);
  for (const id of [SECRETS.length + 1, SECRETS.length + 2]) {
    const sealed = sealLikeGlpi(`saved under the new one: ${id}`, key);
    await scene.client.query('INSERT INTO glpi_mailcollectors (id, passwd) VALUES (?, ?)', [id, sealed]);
  }
}

async function cells(scene: RescueScene): Promise<(string | null)[]> {
  return Promise.all([...SECRETS, 'four', 'five'].map((_, index) => scene.cell(index + 1)));
}

async function schemaOf(client: Client): Promise<string> {
  const [rows] = await client.query('SELECT DATABASE() AS name');
  return (rows as { name: string }[])[0]?.name ?? '';
}

/** Nobody else writes to its rows, or adds one, until the transaction ends. */
async function lock(client: Client, table: string): Promise<void> {
  await client.query('START TRANSACTION');
  await client.query(`SELECT * FROM ${table} FOR UPDATE`);
}

/** Until somebody stands before a locked row. The server shows the same for a tenth of a second to who asks again sooner. */
async function waitForLock(client: Client): Promise<void> {
  for (;;) {
    const [rows] = await client.query("SELECT 1 FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'");
    if ((rows as unknown[]).length > 0) return;
    await sleep(150);
  }
}

function withoutLease(vault: Vault): Vault {
  const lease = () =>
    Promise.reject(new Failure('vault-unwritable', 'no space left for the lease', { target: 'vault' }));
  return new Proxy(vault, {
    get: (target, name) => {
      if (name === 'lease') return lease;
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}
