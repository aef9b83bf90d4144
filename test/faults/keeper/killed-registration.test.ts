import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registrationFingerprint } from '../../../src/glpi/registration-key.ts';
import { type CliEnvironment, environmentOf, runCli, startCli } from '../../integration/cli/run-cli.ts';
import {
  historyOf,
  type RegistrationScene,
  registrationScene,
  someRegistrationKey,
  UID,
} from '../../integration/keeper/registration-scene.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { available } from '../../stand-in/require.ts';

/** In ms: on a slow machine fewer kills, never a longer test. */
const TIME = 30_000;
const KILLS = 100;

interface Found {
  kills: number;
  before: number;
  after: number;
}

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

      const found = await killAtRandom(scene, ['init'], {}, async () => {
        await scene.put(undefined);
        await scene.client.query("DELETE FROM glpi_configs WHERE name = 'glpi_network_uuid'");
        return async () => {
          const rows = await scene.rows();
          const done = rows.key !== null;
          expect(rows).toMatchObject(done ? { key: scene.registrationKey, uid: UID } : { stored: 'no row', uid: null });
          return done;
        };
      });

      expect(found.kills).toBeGreaterThan(5);
      expect(Math.min(found.before, found.after)).toBeGreaterThan(0);
    });

    it('leaves the old key or the new one, both of them in the vault, and the next run completes it', async () => {
      await using scene = await registrationScene(mariadb);
      await scene.instance.keeper('gate').reconcile(AbortSignal.timeout(20_000));
      const file = join(scene.instance.configDir, '../key.txt');
      const environment = { KEYKEEPER_REGISTRATION_KEY_FILE: file };

      const found = await killAtRandom(scene, ['init'], environment, async () => {
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

      expect(found.kills).toBeGreaterThan(5);
      expect(Math.min(found.before, found.after)).toBeGreaterThan(0);
    });
  },
);

/** Sets the scene of one kill, and gives the judge of what was left: whether the command's work was done already. */
type Setting = () => Promise<() => Promise<boolean>>;

async function killAtRandom(
  scene: RegistrationScene,
  args: readonly string[],
  more: CliEnvironment,
  set: Setting,
): Promise<Found> {
  const environment = environmentOf(scene.instance, more);
  const found: Found = { kills: 0, before: 0, after: 0 };
  const end = performance.now() + TIME;
  await set();
  const started = performance.now();
  await runCli(args, environment);
  // The moment that matters, when the row is written, is sought from both sides.
  let mark = (performance.now() - started) * 0.9;
  while (found.kills < KILLS && performance.now() < end) {
    found.kills += 1;
    const judge = await set();
    await kill(args, environment, mark * (0.9 + Math.random() * 0.2));
    const done = await judge();
    mark *= done ? 0.95 : 1.05;
    if (done) found.after += 1;
    else found.before += 1;

    const next = await runCli([...args, '--json'], environment);
    const settled = await runCli([...args, '--json'], environment);
    expect([next.exitCode, await judge()], next.stdout + next.stderr).toEqual([0, true]);
    expect(settled.document.actions).toEqual([]);
    expect((await (await scene.instance.openVault()).list()).damaged).toEqual([]);
  }
  process.stderr.write(`${args.join(' ')} killed at random: ${JSON.stringify(found)}\n`);
  return found;
}

async function kill(args: readonly string[], environment: CliEnvironment, delay: number): Promise<void> {
  const child = startCli(args, environment);
  child.stdout.resume();
  child.stderr.resume();
  const ended = once(child, 'exit');
  await sleep(delay);
  child.kill('SIGKILL');
  await ended;
}
