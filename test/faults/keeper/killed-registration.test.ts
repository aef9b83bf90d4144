import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registrationFingerprint } from '../../../src/glpi/registration-key.ts';
import { historyOf, registrationScene, someRegistrationKey, UID } from '../../integration/keeper/registration-scene.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { available } from '../../stand-in/require.ts';
import { killAtRandom } from './kill-at-random.ts';

describe.skipIf(!(await available('mariadb')))(
  'a command that writes the registration key, killed at any moment',
  () => {
    let mariadb: Mariadb;

    beforeAll(async () => {
      mariadb = await startMariadb();
    });

    afterAll(async () => {
      await mariadb.stop();
    });

    it('leaves a lost row absent or whole, with the uid, and the next run completes it', async () => {
      await using scene = await registrationScene(mariadb);
      await scene.instance.keeper('gate').reconcile(AbortSignal.timeout(20_000));

      const found = await killAtRandom(scene.instance, ['init'], {}, async () => {
        await scene.put(undefined);
        await scene.client.query("DELETE FROM glpi_configs WHERE name = 'glpi_network_uuid'");
        return async () => {
          const rows = await scene.rows();
          const done = rows.key !== null;
          expect(rows).toMatchObject(done ? { key: scene.registrationKey, uid: UID } : { stored: 'no row', uid: null });
          return done;
        };
      });

      expect(Math.min(found.before, found.after)).toBeGreaterThan(0);
    });

    it('leaves the old key or the new one, both of them in the vault, and the next run completes it', async () => {
      await using scene = await registrationScene(mariadb);
      await scene.instance.keeper('gate').reconcile(AbortSignal.timeout(20_000));
      const file = join(scene.instance.configDir, '../key.txt');
      const environment = { KEYKEEPER_REGISTRATION_KEY_FILE: file };

      const found = await killAtRandom(scene.instance, ['init'], environment, async () => {
        const { key: old } = await scene.rows();
        const wished = someRegistrationKey();
        writeFileSync(file, wished);
        return async () => {
          const { key } = await scene.rows();
          expect([old, wished]).toContain(key);
          expect(await historyOf(scene)).toContain(registrationFingerprint(old ?? ''));
          return key === wished;
        };
      });

      expect(Math.min(found.before, found.after)).toBeGreaterThan(0);
    });
  },
);
