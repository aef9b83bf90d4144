import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dockerAnswers } from '../../stand-in/glpi/engine.ts';
import { console, cron, execute, STAND_IN_VERSIONS, type StandInVersion } from '../../stand-in/glpi/image.ts';
import { sha256 } from '../../stand-in/network/record.ts';
import { logOf, untilItServes } from './container.ts';
import { openNetwork, type StagedNetwork } from './glpi-network.ts';
import { databaseVariables, openStage, type Stage } from './stage.ts';

const REGISTRATION = Buffer.from(JSON.stringify({ owner: 'a', signature: 'b' })).toString('base64');
const FIELD = 'name="glpinetwork_registration_key" value="';

describe.skipIf(!(await dockerAnswers('bad keys on the stand-in')))('the stand-in, with a bad key', () => {
  let stage: Stage;
  let network: StagedNetwork;

  beforeAll(async () => {
    stage = await openStage();
    network = await openNetwork(stage);
    await network.double.set({ keys: { [sha256(REGISTRATION)]: { kind: 'valid' } }, otherwise: { kind: 'invalid' } });
  });

  afterAll(async () => {
    await network?.[Symbol.asyncDispose]();
    await stage?.[Symbol.asyncDispose]();
  });

  for (const version of STAND_IN_VERSIONS) {
    describe(`as GLPI ${version}`, () => {
      let container: string;
      let address: string;
      let good: Buffer;

      beforeAll(async () => {
        const schema = `badkey${version.replaceAll('.', '')}`;
        await stage.addSchema(schema);
        const options = ['--publish', '127.0.0.1::80', '--env', 'GLPI_CRONTAB_ENABLED=0', ...databaseVariables(schema)];
        container = await stage.start(version, [...options, ...network.glpiOptions]);
        address = await untilItServes(container);
        const { stdout } = await execute(container, ['base64', '-w0', '/var/glpi/config/glpicrypt.key']);
        good = Buffer.from(stdout, 'base64');
      });

      const writeKey = (key: Buffer) =>
        execute(container, ['sh', '-c', 'cat >"$GLPI_CONFIG_DIR/glpicrypt.key"'], { input: key });
      const removeKey = () => execute(container, ['sh', '-c', 'rm -f "$GLPI_CONFIG_DIR/glpicrypt.key"']);
      const setRegistration = () =>
        console(container, ['config:set', 'glpinetwork_registration_key'], { input: `${REGISTRATION}\n` });
      const shown = async () => {
        const page = await (await fetch(`${address}/front/config.form.php`)).text();
        return page.split(FIELD)[1]?.split('"')[0] ?? null;
      };
      const stored = async () => {
        const query = 'SELECT value FROM ??.glpi_configs WHERE name = ?';
        const names = [`badkey${version.replaceAll('.', '')}`, 'glpinetwork_registration_key'];
        const [rows] = await stage.root.query(query, names);
        return (rows as { value: string }[])[0]?.value;
      };

      it('shows a secret that it seals, with the right key', async () => {
        await writeKey(good);

        await setRegistration();

        expect(await shown()).toBe(REGISTRATION);
        expect(await stored()).not.toContain(REGISTRATION);
        expect(await checked(version, container)).toBe(true);
        expect((await cron(container, ['--force', 'checkAllUpdates'])).stdout).toContain('opens and is valid');
      });

      it.each([
        ['missing', null],
        ['of 31 bytes', 31],
        ['of 33 bytes', 33],
        ['of 0 bytes', 0],
      ])('fails as that version does when it is %s', async (_, length) => {
        await writeKey(good);
        await setRegistration();
        const sealed = await stored();
        await (length === null ? removeKey() : writeKey(randomBytes(length)));

        const seen = await shown();
        const isValid = await checked(version, container);
        const saved = await setRegistration();

        if (version === '9.5.6') {
          expect([seen, saved.exitCode, await stored()]).toEqual([null, 1, sealed]);
          return;
        }
        expect([seen, saved.exitCode, await stored()]).toEqual([sealed, 0, '']);
        expect(isValid).toBe(false);
        expect(saved.stderr === '').toBe(version === '11.0.6');
      });

      it('shows an empty field under another key, and saving the form wipes the value', async () => {
        await writeKey(good);
        await setRegistration();
        await writeKey(randomBytes(32));

        const seen = await shown();
        await fetch(`${address}/front/config.form.php`, {
          method: 'POST',
          body: new URLSearchParams({ glpinetwork_registration_key: seen ?? 'none' }),
          redirect: 'manual',
        });

        expect([seen, await stored()]).toEqual(['', '']);
        expect(await logOf(container)).toMatch(
          /Unable to decrypt (content|string)\. It may have been crypted with another key\./,
        );
      });

      it('notices nothing in its status', async () => {
        await removeKey();

        const status = await console(container, ['system:status']);

        expect(status.stdout).not.toContain('PROBLEM');
        expect(await (await fetch(`${address}/status.php`)).text()).toContain('GLPI_OK');
      });
    });
  }
});

/** What `marketplace:search` says of the registration key; null in 9.5, which has no such command. */
async function checked(version: StandInVersion, container: string): Promise<boolean> {
  const { stdout, exitCode } = await console(container, ['marketplace:search', 'zzz']);
  if (version === '9.5.6') return exitCode === 1;
  return !stdout.includes('The GLPI Network registration key is missing or invalid');
}
