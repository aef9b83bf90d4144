import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { available } from '../../stand-in/require.ts';
import { environmentOf, runCli } from '../cli/run-cli.ts';
import { Mounts, mountTrouble } from '../files/mounts.ts';
import { isAvailable } from '../files/requirement.ts';
import { rotateScene } from './rotate-scene.ts';

let mariadb: Mariadb | undefined;

beforeAll(async () => {
  if (await available('mariadb')) mariadb = await startMariadb();
});

afterAll(async () => {
  await mariadb?.stop();
});

it.skipIf(!isAvailable('mount', 'a rotation over a mounted file', mountTrouble()))(
  'keykeeper rotate puts the rows back where the file cannot be switched after all',
  async ({ skip }) => {
    if (mariadb === undefined) return skip();
    await using scene = await rotateScene(mariadb, '10.0.17', ['glpi_mailcollectors']);
    const { instance, key, client } = scene;
    await instance.keeper('gate').reconcile(AbortSignal.timeout(20_000));
    const [before] = await client.query('SELECT id, passwd FROM glpi_mailcollectors');
    using mounts = new Mounts();
    // All can be written beside a file that is mounted by itself, and nothing be renamed over it (EBUSY).
    mounts.bindFile(instance.keyPath, instance.keyPath);

    const rotated = await runCli(['rotate', '--yes', '--json'], environmentOf(instance));

    const [after] = await client.query('SELECT id, passwd FROM glpi_mailcollectors');
    expect(rotated.document, rotated.stderr).toMatchObject({ exitCode: 13, verdictAfter: 'sound' });
    expect(rotated.document.findings).toContainEqual(expect.objectContaining({ code: 'file-write-failed' }));
    expect(after).toEqual(before);
    expect(instance.read('glpicrypt.key')).toEqual(key);
  },
);
