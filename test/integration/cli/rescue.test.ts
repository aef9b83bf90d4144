import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RescuedValue } from '../../../src/commands/rescue-details.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { available } from '../../stand-in/require.ts';
import { type RescueScene, rescueScene } from '../keeper/rescue-scene.ts';
import { sealLikeGlpi } from '../keeper/sealed-schema.ts';
import { type CliResult, environmentOf, runCli } from './run-cli.ts';

const SECRETS = ['first secret', 'second secret', 'third secret', 'fourth secret'];

describe.skipIf(!(await available('mariadb')))('keykeeper rescue', () => {
  let mariadb: Mariadb;

  beforeAll(async () => {
    mariadb = await startMariadb();
  });

  afterAll(async () => {
    await mariadb.stop();
  });

  /** The key file is gone; one value was emptied since, one wiped, and one stands under a key that nobody has. */
  async function destroyed(): Promise<RescueScene> {
    const scene = await rescueScene(mariadb, SECRETS);
    rmSync(scene.instance.keyPath);
    await scene.write(1, '');
    await scene.write(2, sealLikeGlpi('', scene.key));
    await scene.client.query('INSERT INTO glpi_mailcollectors (id, passwd) VALUES (9, ?)', [
      sealLikeGlpi('of somebody else', Buffer.alloc(32, 9)),
    ]);
    return scene;
  }

  function run(scene: RescueScene, ...args: string[]): Promise<CliResult> {
    return runCli(['rescue', ...args], environmentOf(scene.instance, { KEYKEEPER_RESCUE: 'ask' }));
  }

  function waysOf({ document }: CliResult): string[] {
    const values = document.details?.values as RescuedValue[];
    return values.map(({ value, way, certainty }) => `${value}: ${way}, ${certainty}`);
  }

  const PLANNED = [
    'glpi_mailcollectors.passwd #2: escrow, certain',
    'glpi_mailcollectors.passwd #1: escrow, certain',
    'glpi_mailcollectors.passwd #9: retype, none',
  ];

  it('shows with --dry-run what comes back, how and how sure, and changes nothing', async () => {
    await using scene = await destroyed();

    const result = await run(scene, '--dry-run', '--json');
    const forPeople = await run(scene, '--dry-run');

    expect(waysOf(result)).toEqual(PLANNED);
    expect(result).toMatchObject({ exitCode: 0, document: { dryRun: true } });
    expect(forPeople.stdout).toContain('type it in again: Setup > Receivers');
    expect(await scene.cell(1)).toBe('');
  });

  it('shows the plan and changes nothing where nobody is there to say yes', async () => {
    await using scene = await destroyed();

    const result = await run(scene, '--json');
    const forPeople = await run(scene);

    expect(result.exitCode).toBe(2);
    expect(waysOf(result)).toEqual(PLANNED);
    expect(result.document.findings[0]).toMatchObject({ code: 'usage', try: expect.stringContaining('--yes') });
    expect([forPeople.exitCode, forPeople.stdout]).toEqual([
      2,
      expect.stringContaining('glpi_mailcollectors.passwd #1'),
    ]);
    expect(await scene.cell(1)).toBe('');
  });

  it('brings everything back with --yes, has nothing to do the second time, and is undone with --undo', async () => {
    await using scene = await destroyed();

    const result = await run(scene, '--yes', '--json');
    const again = await run(scene, '--yes', '--json');
    const secrets = await Promise.all([1, 2, 3, 4].map((id) => scene.secret(id)));
    const undone = await run(scene, '--undo', '--yes', '--json');

    expect(result).toMatchObject({ exitCode: 0, document: { verdict: 'missing', verdictAfter: 'mixed' } });
    expect(secrets).toEqual(SECRETS);
    expect(again).toMatchObject({ exitCode: 0, document: { actions: [] } });
    expect(undone.document.actions).toMatchObject([{ action: 'undo-rescue', done: true }]);
    expect([await scene.cell(1), await scene.secret(2), await scene.secret(3)]).toEqual(['', '', 'third secret']);
  });

  it('tells no secret, whatever it prints', async () => {
    await using scene = await destroyed();
    const sealed = await Promise.all([3, 4].map((id) => scene.cell(id)));

    const results = [
      await run(scene, '--dry-run'),
      await run(scene, '--yes', '--json'),
      await run(scene, '--undo', '--yes'),
    ];

    const printed = results.map(({ stdout, stderr }) => stdout + stderr).join('\n');
    const told = [...SECRETS, ...sealed, scene.key.toString('hex'), scene.key.toString('base64')].filter((each) =>
      printed.includes(each ?? '\0'),
    );
    expect(told).toEqual([]);
  });

  it('takes by name what was emptied on purpose, and says which names there are', async () => {
    await using scene = await rescueScene(mariadb, SECRETS);
    await scene.write(1, '');
    await scene.look();

    const offered = await run(scene, '--dry-run', '--json');
    const mistaken = await run(scene, '--value', 'core/smtp_passwd', '--yes', '--json');
    const result = await run(scene, '--value', 'glpi_mailcollectors.passwd #1', '--yes', '--json');

    expect(waysOf(offered)).toEqual(['glpi_mailcollectors.passwd #1: left, none']);
    expect(mistaken.exitCode).toBe(2);
    expect(mistaken.stdout).toContain('glpi_mailcollectors.passwd #1');
    expect([result.exitCode, await scene.secret(1)]).toEqual([0, 'first secret']);
  });
});
