import { statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fingerprintOf } from '../../../src/glpi/security-key.ts';
import { rememberPlaces } from '../../../src/keeper/place-record.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { available } from '../../stand-in/require.ts';
import { environmentOf, runCli } from '../cli/run-cli.ts';
import { PLUGIN, rotateScene } from './rotate-scene.ts';

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
      await instance.keeper('gate').reconcile(SIGNAL());
      await rememberPlaces(await instance.openVault(), [PLUGIN], SIGNAL());
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
});
