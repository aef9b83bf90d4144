import { rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fingerprintOf } from '../../../src/glpi/security-key.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { available } from '../../stand-in/require.ts';
import { environmentOf, runCli } from '../cli/run-cli.ts';
import { rotateScene } from './rotate-scene.ts';
import { runWatch } from './run-watch.ts';

const TABLES = ['glpi_configs', 'glpi_mailcollectors', 'glpi_authldaps'];

describe.skipIf(!(await available('mariadb')))('a watch beside keykeeper rotate', () => {
  let mariadb: Mariadb;

  beforeAll(async () => {
    mariadb = await startMariadb();
  });

  afterAll(async () => {
    await mariadb.stop();
  });

  it('takes the new key, puts no old one back, and raises no alarm', async () => {
    await using scene = await rotateScene(mariadb, '10.0.17', TABLES);
    const { instance, key } = scene;
    await using watch = runWatch(instance.keeper('guard'));
    await watch.until(({ result }) => result.after.judgement.verdict === 'sound');

    const rotated = await runCli(['rotate', '--yes', '--json'], environmentOf(instance));

    expect(rotated.document, rotated.stderr).toMatchObject({ exitCode: 0, verdictAfter: 'sound' });
    const live = fingerprintOf(instance.read('glpicrypt.key'));
    watch.ask('signal');
    await watch.until(({ result }) => result.after.judgement.live === live && result.after.plan.actions.length === 0);
    const seen = watch.reports.map(({ result }) => result);
    expect(new Set(seen.map(({ found }) => found.judgement.verdict))).toEqual(new Set(['sound']));
    expect(seen.flatMap(({ findings }) => findings).filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(new Set(seen.flatMap(({ reports }) => reports.map(({ action }) => action)))).toEqual(new Set(['capture']));
    expect(instance.read('glpicrypt.key')).not.toEqual(key);
    expect(await scene.lost()).toEqual([]);
    expect(await (await instance.openVault()).record('presence')).toMatchObject({ value: [{ host: hostname() }] });
  });

  it('guards the new key from then on, and moves what GLPI still seals under the old one', async () => {
    await using scene = await rotateScene(mariadb, '10.0.17', TABLES);
    const { instance, key } = scene;
    await using watch = runWatch(instance.keeper('guard', { rescue: 'ask' }));
    await watch.until(({ result }) => result.after.judgement.verdict === 'sound');
    await runCli(['rotate', '--yes', '--json'], environmentOf(instance));
    const rotated = instance.read('glpicrypt.key');
    const isAction = (name: string) => (report: (typeof watch.reports)[number]) =>
      report.result.reports.some(({ action, done }) => done && action === name);

    await scene.save('saved late', key);
    watch.ask('signal');
    await watch.until(isAction('reseal-values'));
    rmSync(instance.keyPath);
    await watch.until(isAction('restore-file'));

    expect(instance.read('glpicrypt.key')).toEqual(rotated);
    expect(await scene.smtp()).toBe('saved late');
    expect(await scene.lost()).toEqual(['core/smtp_passwd']);
  });
});
