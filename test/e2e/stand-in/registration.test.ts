import type { RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dockerAnswers } from '../../stand-in/glpi/engine.ts';
import { console, cron, execute, STAND_IN_VERSIONS } from '../../stand-in/glpi/image.ts';
import { sha256 } from '../../stand-in/network/record.ts';
import { untilItServes } from './container.ts';
import { openNetwork, type StagedNetwork } from './glpi-network.ts';
import { databaseVariables, openStage, type Stage } from './stage.ts';

const REGISTRATION = Buffer.from(JSON.stringify({ owner: 'a', signature: 'b' })).toString('base64');
const REFUSED = 'The GLPI Network registration key is missing or invalid';

describe.skipIf(!(await dockerAnswers('the registration key on the stand-in')))('the stand-in', () => {
  let stage: Stage;
  let network: StagedNetwork;

  beforeAll(async () => {
    stage = await openStage();
    network = await openNetwork(stage);
  });

  afterAll(async () => {
    await network?.[Symbol.asyncDispose]();
    await stage?.[Symbol.asyncDispose]();
  });

  for (const version of STAND_IN_VERSIONS) {
    describe(`as GLPI ${version}`, () => {
      const schema = `registration${version.replaceAll('.', '')}`;
      const hasSearch = version !== '9.5.6';
      let container: string;
      let address: string;

      beforeAll(async () => {
        await stage.addSchema(schema);
        const options = ['--publish', '127.0.0.1::80', '--env', 'GLPI_CRONTAB_ENABLED=0', ...databaseVariables(schema)];
        container = await stage.start(version, [...options, ...network.glpiOptions]);
        address = await untilItServes(container);
        await console(container, ['config:set', 'glpinetwork_registration_key'], { input: `${REGISTRATION}\n` });
      });

      beforeEach(async () => {
        await clearCache();
        await execute(container, ['rm', '-rf', '/dev/shm/glpi-web-cache']);
        await network.double.reset();
      });

      const clearCache = () => console(container, [hasSearch ? 'cache:clear' : 'glpi:system:clear_cache', '-n']);
      const openSettings = async () => (await fetch(`${address}/front/config.form.php`)).text();
      const check = async () => (await cron(container, ['--force', 'checkAllUpdates'])).stdout;
      const search = async (...options: string[]) =>
        (await console(container, ['marketplace:search', 'zzz', ...options])).stdout;
      const query = async (statement: string) => (await stage.root.query<RowDataPacket[]>(statement))[0];
      const cacheFiles = async () => {
        const { stdout } = await execute(container, ['sh', '-c', 'cd /var/glpi/files/_cache && find . -type f']);
        return stdout.trim().split('\n');
      };

      it('asks about its key as GLPI does', async () => {
        await check();

        const [question] = await network.questions();
        const [row] = await query(`SELECT value FROM ${schema}.glpi_configs WHERE name = 'glpi_network_uuid'`);
        expect(Object.fromEntries(question?.headers ?? [])).toEqual({
          Host: 'services.glpi-network.com',
          Accept: 'application/json',
          'Accept-Language': 'en',
          'Content-Type': 'application/json',
          'User-Agent': `GLPI/${version} (installation-mode:DOCKER)`,
          'X-Registration-Key': `sha256:${sha256(REGISTRATION)}`,
          'X-Glpi-Network-Uid': row?.value,
        });
      });

      it('makes its uid when it asks for the first time, and keeps it', async () => {
        await query(`DELETE FROM ${schema}.glpi_configs WHERE name = 'glpi_network_uuid'`);

        await check();
        await openSettings();

        const uids = (await network.questions()).map(({ headers }) => new Map(headers).get('X-Glpi-Network-Uid'));
        expect(uids).toEqual([expect.stringMatching(/^[0-9A-Za-z]{40}$/), uids[0]]);
      });

      it('remembers a bad answer, and asks again only when its cache is cleared', async () => {
        await network.double.set({ otherwise: { kind: 'invalid' } });
        const before = await check();
        await network.double.set({ otherwise: { kind: 'valid' } });

        const stale = await check();
        const asked = await network.questions();
        await clearCache();
        const fresh = await check();

        expect([before, stale, fresh].map((text) => text.includes('is valid'))).toEqual([false, false, true]);
        expect(asked).toHaveLength(1);
      });

      it('forgets nothing and keeps nothing when nobody answers', async () => {
        await network.double.set({ faults: [{ kind: 'drop' }] });

        const [first, second] = [await check(), await check()];

        expect([first, second].map((text) => text.includes('is valid'))).toEqual([false, true]);
      });

      it('asks past its cache when the settings page is opened, and shows what it heard', async () => {
        await check();
        await network.double.set({ otherwise: { kind: 'invalid', message: 'No such key.' } });

        const page = await openSettings();

        expect(page).toContain('<ul id="registration"><li>No such key.</li>');
        expect(await network.questions()).toHaveLength(2);
      });

      it('notes when its daily task ran', async () => {
        await query(`UPDATE ${schema}.glpi_crontasks SET lastrun = NULL`);

        await check();

        const ran = await query(`SELECT name FROM ${schema}.glpi_crontasks WHERE lastrun >= NOW() - INTERVAL 1 MINUTE`);
        expect(ran).toEqual([{ name: 'checkAllUpdates' }]);
      });

      it('goes through the proxy of its settings, with the sealed password', async () => {
        await network.double.set({ proxy: { user: 'glpi', password: 'a:b c' } });
        const settings = { proxy_name: 'services.glpi-network.com', proxy_port: '3128', proxy_user: 'glpi' };
        for (const [name, value] of Object.entries(settings)) await console(container, ['config:set', name, value]);
        await console(container, ['config:set', 'proxy_passwd'], { input: 'a:b c\n' });

        const checked = await check();

        const { tunnels } = await network.double.record();
        await query(`UPDATE ${schema}.glpi_configs SET value = '' WHERE name LIKE 'proxy\\_%'`);
        expect(checked).toContain('is valid');
        expect(tunnels).toEqual([expect.objectContaining({ method: 'CONNECT', password: 'right' })]);
      });

      if (!hasSearch) {
        it("keeps the web server's answers where the console cannot reach them, but makes them out of date", async () => {
          await network.double.set({ otherwise: { kind: 'invalid' } });
          await openSettings();

          const named = (await cacheFiles()).filter((name) =>
            /^\.\/glpi_cache_db_9\.5\.6[0-9a-f]{32}\.json$/.test(name),
          );
          const { stdout } = await execute(container, ['sh', '-c', `cat /var/glpi/files/_cache/${named[0]}`]);
          await clearCache();
          const after = await execute(container, ['sh', '-c', `cat /var/glpi/files/_cache/${named[0]}`]);

          expect(stdout).toMatch(/"registration_[0-9a-f]{40}_en_informations": "[0-9a-f]{40}"/);
          expect(after.stdout).toBe('[]');
        });
        return;
      }

      it('keeps an answer for each language, in a file of its own', async () => {
        const before = await cacheFiles();

        const words = [await search('--lang=en_GB'), await search('--lang=fr_FR'), await search('--lang=fr_FR')];

        const below = version === '10.0.17' ? 'core' : '11\\.0\\.6-[0-9a-f]{8}-production/core';
        const kept = (await cacheFiles()).filter((name) => !before.includes(name));
        expect(words.some((text) => text.includes(REFUSED))).toBe(false);
        expect(await network.questions()).toHaveLength(2);
        expect(kept).toEqual(Array(2).fill(expect.stringMatching(new RegExp(`^\\./${below}/[A-Z0-9+-]/[A-Z0-9+-]/`))));
      });

      it('says in a search that its key is refused', async () => {
        await network.double.set({ otherwise: { kind: 'invalid' } });

        expect(await search()).toContain(REFUSED);
      });
    });
  }
});
