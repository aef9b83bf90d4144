import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type GlpiVersion, loadGlpiTables } from '../../stand-in/mariadb/load-glpi-tables.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { available } from '../../stand-in/require.ts';
import { environmentOf, runCli } from '../cli/run-cli.ts';
import { type RegistrationScene, registrationScene, UID } from './registration-scene.ts';

const VERSIONS: readonly GlpiVersion[] = ['9.5.6', '10.0.17', '11.0.6'];

describe.skipIf(!(await available('mariadb')))('the registration key and another database under the same name', () => {
  let mariadb: Mariadb;
  let scene: RegistrationScene;

  beforeAll(async () => {
    mariadb = await startMariadb();
  });

  afterAll(async () => {
    await mariadb.stop();
  });

  beforeEach(async () => {
    scene = await registrationScene(mariadb);
    await reconcile('gate');
  });

  afterEach(async () => {
    await scene[Symbol.asyncDispose]();
  });

  async function reconcile(stage: 'gate' | 'guard') {
    return await scene.instance.keeper(stage).reconcile(AbortSignal.timeout(20_000));
  }

  /** A fresh GLPI, which has not talked to GLPI Network yet, in place of the one that was there. */
  async function replaceDatabase(version: GlpiVersion, newInstance: boolean): Promise<void> {
    await scene.client.query(`DROP DATABASE ${scene.schema}; CREATE DATABASE ${scene.schema}; USE ${scene.schema}`);
    await loadGlpiTables(scene.client, version);
    if (!newInstance) await scene.client.query("DELETE FROM glpi_configs WHERE name = 'instance_uuid'");
  }

  it.each(VERSIONS)('it is written with its uid into an empty one of %s once that is adopted', async (version) => {
    await replaceDatabase(version, true);
    const environment = environmentOf(scene.instance);

    const blocked = await runCli(['init', '--json'], environment);
    const untouched = await scene.rows();
    const adopted = await runCli(['restore', '--adopt', '--json'], environment);

    expect(blocked.document).toMatchObject({ exitCode: 11, gate: 'blocked' });
    expect(untouched).toEqual({ key: null, stored: 'no row', uid: null });
    expect(adopted.document).toMatchObject({ exitCode: 0, verdictAfter: 'sound' });
    expect(await scene.rows()).toMatchObject({ key: scene.registrationKey, uid: UID });
  });

  it('it is written at once into an empty one that does not say that it is another', async () => {
    await replaceDatabase('10.0.17', false);

    await reconcile('gate');
    const settled = await reconcile('gate');

    expect(await scene.rows()).toMatchObject({ key: scene.registrationKey, uid: UID });
    expect(settled.reports).toEqual([]);
  });

  it('a uid that GLPI has made there stays', async () => {
    await replaceDatabase('10.0.17', false);
    const other = 'Other'.repeat(8);
    await scene.client.query(
      "INSERT INTO glpi_configs (context, name, value) VALUES ('core', 'glpi_network_uuid', ?)",
      [other],
    );
    await runCli(['restore', '--adopt'], environmentOf(scene.instance));

    expect(await scene.rows()).toMatchObject({ key: scene.registrationKey, uid: other });
  });

  it.each([
    ['tables that come last in a dump', 'DROP TABLE glpi_users'],
    ['its version', "DELETE FROM glpi_configs WHERE name IN ('version', 'dbversion')"],
    [
      'a version that is one',
      "UPDATE glpi_configs SET value = 'FILLED AT INSTALL' WHERE name IN ('version', 'dbversion')",
    ],
  ])('nothing is written while it lacks %s', async (_, statement) => {
    await scene.put(undefined);
    await scene.client.query(statement);

    const result = await reconcile('guard');

    expect(await scene.rows()).toMatchObject({ stored: 'no row' });
    expect(result.findings.map((each) => each.code)).toContain('registration-held-back');
  });

  it('nothing is written into a table without transactions, and the gate opens all the same', async () => {
    await scene.put(undefined);
    await scene.client.query('ALTER TABLE glpi_configs ENGINE = MyISAM');

    const keeper = scene.instance.keeper('gate');
    const result = await keeper.reconcile(AbortSignal.timeout(20_000));

    expect(await scene.rows()).toMatchObject({ stored: 'no row' });
    expect(result.findings.map((each) => each.code)).toContain('rows-not-written');
    expect(keeper.decide(result).gate).toBe('open');
  });

  it.each(['gate', 'guard'] as const)(
    'it comes back beside a table too large to be read whole each time (%s)',
    async (stage) => {
      await scene.client.query("INSERT INTO glpi_users (name) SELECT CONCAT('user-', seq) FROM seq_1_to_3000");
      await scene.put(undefined);

      await reconcile(stage);

      expect(await scene.rows()).toMatchObject({ key: scene.registrationKey });
    },
  );
});
