import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fingerprintOf } from '../../../src/glpi/security-key.ts';
import { rememberPlaces } from '../../../src/keeper/place-record.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { available } from '../../stand-in/require.ts';
import { environmentOf, resultOf, runCli, startCli } from '../cli/run-cli.ts';
import type { Client } from './recorded-rows.ts';
import { PLUGIN, rotateScene } from './rotate-scene.ts';
import type { ScratchInstance } from './scratch-instance.ts';

const SIGNAL = () => AbortSignal.timeout(30_000);

describe.skipIf(!(await available('mariadb')))('keykeeper rotate', () => {
  let mariadb: Mariadb;

  beforeAll(async () => {
    mariadb = await startMariadb();
  });

  afterAll(async () => {
    await mariadb.stop();
  });

  it.each(['9.5.6', '10.0.17', '11.0.6'] as const)(
    'moves every value of GLPI %s, those of remembered places too',
    async (version) => {
      await using scene = await rotateScene(mariadb, version);
      const { instance, key, count } = scene;
      await adopt(instance);
      const before = statSync(instance.keyPath);

      const rotated = await runCli(['rotate', '--yes', '--json'], environmentOf(instance));

      expect(rotated.document, rotated.stderr).toMatchObject({ exitCode: 0, verdictAfter: 'sound' });
      expect(rotated.document.canary).toMatchObject({ tested: count, opened: count });
      const live = instance.read('glpicrypt.key');
      expect(live).not.toEqual(key);
      expect(await scene.lost()).toEqual([]);
      const after = statSync(instance.keyPath);
      expect([after.mode, after.uid, after.gid]).toEqual([before.mode, before.uid, before.gid]);
      const { generations } = await (await instance.openVault()).list();
      expect(generations.at(-1)).toMatchObject({ fingerprint: fingerprintOf(live), proof: { opened: count } });
      expect(generations.map((each) => each.fingerprint)).toContain(fingerprintOf(key));
      const next = await runCli(['init', '--json'], environmentOf(instance));
      expect(next.document).toMatchObject({ exitCode: 0, verdict: 'sound', actions: [] });
    },
  );

  it('moves what a Save stores that waited for its row, and commits when the rows have moved already', async () => {
    await using scene = await rotateScene(mariadb);
    const { instance, schema, key } = scene;
    await adopt(instance);
    const holder = await mariadb.connect({ schema });
    await holder.query('START TRANSACTION');
    await holder.query('SELECT * FROM glpi_mailcollectors FOR UPDATE');

    const rotating = runCli(['rotate', '--yes', '--json'], environmentOf(instance));
    await waiting(holder, 1);
    const saving = scene.save('saved late', key);
    await waiting(holder, 2);
    await holder.query('ROLLBACK');
    const [rotated] = await Promise.all([rotating, saving]);

    await holder.end();
    expect(rotated.document, rotated.stderr).toMatchObject({ exitCode: 0, verdictAfter: 'sound' });
    expect(await scene.smtp()).toBe('saved late');
    expect(await scene.lost()).toEqual(['core/smtp_passwd']);
  });

  it('ended by Ctrl-C while it writes rows has changed nothing', async () => {
    await using scene = await rotateScene(mariadb);
    const { instance, schema, key } = scene;
    await adopt(instance);
    const holder = await mariadb.connect({ schema });
    await holder.query('START TRANSACTION');
    await holder.query('SELECT * FROM glpi_mailcollectors FOR UPDATE');
    const rotating = startCli(['rotate', '--yes', '--json'], environmentOf(instance));
    await waiting(holder, 1);

    rotating.kill('SIGINT');
    await sleep(100);
    await holder.query('ROLLBACK');
    const stopped = await resultOf(rotating);

    await holder.end();
    expect(stopped.exitCode, stopped.stderr).toBe(130);
    expect(instance.read('glpicrypt.key')).toEqual(key);
    expect(await scene.lost()).toEqual([]);
    const next = await runCli(['init', '--json'], environmentOf(instance));
    expect(next.document).toMatchObject({ exitCode: 0, verdict: 'sound', fingerprint: fingerprintOf(key) });
  });

  it('leaves one key for file and rows where two are started at once', async () => {
    await using scene = await rotateScene(mariadb);
    const { instance } = scene;
    await adopt(instance);

    const both = await Promise.all([1, 2].map(() => runCli(['rotate', '--yes', '--json'], environmentOf(instance))));

    const done = both.filter((each) => each.exitCode === 0).map((each) => each.document.fingerprint);
    const live = fingerprintOf(instance.read('glpicrypt.key'));
    expect(done, JSON.stringify(both)).toContain(live);
    expect(both.map((each) => each.exitCode).filter((code) => code !== 0 && code !== 11)).toEqual([]);
    expect(await scene.lost()).toEqual([]);
    const next = await runCli(['init', '--json'], environmentOf(instance));
    expect(next.document).toMatchObject({ exitCode: 0, verdict: 'sound' });
  });

  it('changes nothing before somebody said yes, nor with --dry-run', async () => {
    await using scene = await rotateScene(mariadb);
    const { instance, key, count } = scene;
    await adopt(instance);

    const dry = await runCli(['rotate', '--dry-run', '--json'], environmentOf(instance));
    const unasked = await runCli(['rotate', '--json'], environmentOf(instance));

    const tables = dry.document.details?.values as { moved: number }[];
    expect([dry.exitCode, unasked.exitCode]).toEqual([0, 2]);
    expect(tables.reduce((sum, each) => sum + each.moved, 0)).toBe(count);
    expect(instance.read('glpicrypt.key')).toEqual(key);
    expect(await scene.lost()).toEqual([]);
    expect((await (await instance.openVault()).list()).generations).toHaveLength(1);
  });

  it('leaves what no known key opens as it is, and names it', async () => {
    await using scene = await rotateScene(mariadb);
    const { instance } = scene;
    await adopt(instance);
    await scene.save('under a key that nobody has', randomBytes(32));
    const [before] = await scene.client.query("SELECT value FROM glpi_configs WHERE name = 'smtp_passwd'");

    const rotated = await runCli(['rotate', '--yes', '--json'], environmentOf(instance));

    const [after] = await scene.client.query("SELECT value FROM glpi_configs WHERE name = 'smtp_passwd'");
    expect(rotated.document, rotated.stderr).toMatchObject({ exitCode: 0, verdictAfter: 'mixed' });
    expect(rotated.document.canary?.unreadable).toMatchObject([{ name: 'smtp_passwd' }]);
    expect(after).toEqual(before);
  });

  it('is refused while another watch sees a key file of its own, unless somebody looked', async () => {
    await using scene = await rotateScene(mariadb);
    const { instance, key } = scene;
    await adopt(instance);
    const other = { host: 'replica-2', file: '42:32:1:1', at: new Date().toISOString() };
    await (await instance.openVault()).keepRecord('presence', [other], { confidential: false });

    const refused = await runCli(['rotate', '--yes', '--json'], environmentOf(instance));
    const kept = instance.read('glpicrypt.key');
    const forced = await runCli(['rotate', '--yes', '--force', '--json'], environmentOf(instance));

    expect(refused.document).toMatchObject({ exitCode: 11, actions: [] });
    expect(refused.document.findings[0]).toMatchObject({
      code: 'rotation-refused',
      message: expect.stringContaining('replica-2'),
    });
    expect(kept).toEqual(key);
    expect(forced.exitCode).toBe(0);
    expect(instance.read('glpicrypt.key')).not.toEqual(key);
  });

  it('is refused where the live key opens nothing', async () => {
    await using scene = await rotateScene(mariadb);
    const { instance } = scene;
    await adopt(instance);
    const stranger = randomBytes(32);
    instance.put('glpicrypt.key', stranger);

    const refused = await runCli(['rotate', '--yes', '--json'], environmentOf(instance));

    expect(refused.document).toMatchObject({ exitCode: 11, verdict: 'wrong', actions: [] });
    expect(instance.read('glpicrypt.key')).toEqual(stranger);
  });
});

/** The vault knows the instance, and where a deep search found more. */
async function adopt(instance: ScratchInstance): Promise<void> {
  await instance.keeper('gate').reconcile(SIGNAL());
  await rememberPlaces(await instance.openVault(), [PLUGIN], SIGNAL());
}

/** Resolves when this many transactions wait for a lock. */
async function waiting(client: Client, count: number): Promise<void> {
  for (;;) {
    const [rows] = await client.query(
      "SELECT COUNT(*) AS waits FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'",
    );
    if ((rows as { waits: number }[])[0]?.waits === count) return;
    // InnoDB renews its list only when left alone for 100 ms.
    await sleep(150);
  }
}
