import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildStandIn, docker, dockerOutput, execute } from '../../../stand-in/glpi/image.ts';
import { available } from '../../../stand-in/require.ts';
import { stepsOf, untilItServes } from '../../stand-in/container.ts';
import { buildKeykeeper } from '../keykeeper-image.ts';
import { postSettingsPage, readSettingsPage } from '../settings-page.ts';

const COMPOSE_FILE = new URL('../../../../deploy/compose/compose.yaml', import.meta.url).pathname;
const SECRETS = { smtp_passwd: 'the mail server knows it', proxy_passwd: 'and the proxy this' };

describe.skipIf(!(await available('docker')))(
  'the Compose file that is delivered (with GLPI 11, its own default)',
  () => {
    let project: string;
    let directory: string;
    let vault: string;

    beforeEach(async () => {
      project = `keykeeper-story-${randomBytes(4).toString('hex')}`;
      vault = `${project}-vault`;
      directory = await mkdtemp(join(tmpdir(), 'keykeeper-compose-'));
      const settings = {
        GLPI_DB_HOST: 'db',
        GLPI_DB_PORT: '3306',
        GLPI_DB_NAME: 'glpi',
        GLPI_DB_USER: 'glpi',
        GLPI_DB_PASSWORD: randomBytes(12).toString('hex'),
        GLPI_PORT: '127.0.0.1:0',
        GLPI_IMAGE: await buildStandIn('11.0.6'),
        KEYKEEPER_IMAGE: await buildKeykeeper(),
        KEYKEEPER_VAULT_VOLUME: vault,
        GLPI_CRONTAB_ENABLED: '0',
      };
      const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
      await writeFile(join(directory, '.env'), lines.join(''));
      await dockerOutput(['volume', 'create', vault]);
    });

    afterEach(async () => {
      await compose('down', '--volumes', '--timeout', '5');
      await docker(['volume', 'rm', '--force', vault]);
      await rm(directory, { recursive: true, force: true });
    });

    const compose = (...args: string[]): Promise<string> =>
      dockerOutput([
        'compose',
        '--file',
        COMPOSE_FILE,
        '--project-directory',
        directory,
        '--project-name',
        project,
        ...args,
      ]);
    const container = (service: string) => `${project}-${service}-1`;
    const liveKey = async () =>
      (await execute(container('glpi'), ['base64', '-w0', '/var/glpi/config/glpicrypt.key'])).stdout;

    it('brings the keys back before GLPI starts, when its volume was removed between down and up', async () => {
      await compose('up', '--detach', '--no-build');
      await postSettingsPage(await untilItServes(container('glpi')), SECRETS);
      await untilProven();
      const key = await liveKey();
      await compose('down', '--timeout', '5');
      await dockerOutput(['volume', 'rm', `${project}_glpi_data`]);

      await compose('up', '--detach', '--no-build');
      const address = await untilItServes(container('glpi'));

      const gate = await dockerOutput([
        'inspect',
        '--format',
        '{{.State.ExitCode}} {{.State.FinishedAt}}',
        container('keykeeper-init'),
      ]);
      const [exitCode, finishedAt = ''] = gate.split(' ');
      const log = await dockerOutput(['logs', '--timestamps', container('glpi')]);
      const startedAt =
        log
          .split('\n')
          .find((line) => line.includes('glpi: entrypoint started'))
          ?.split(' ')[0] ?? '';
      expect(exitCode).toBe('0');
      expect(Date.parse(finishedAt)).toBeLessThanOrEqual(Date.parse(startedAt));
      expect(await stepsOf(container('glpi'))).toContain('glpi: installed');
      expect(await liveKey()).toBe(key);
      expect(await readSettingsPage(address)).toMatchObject(SECRETS);
    });

    /** Until the vault has the key as one that opened the saved secrets. The watch looks again once a minute, or now. */
    async function untilProven(): Promise<void> {
      const node = ['/nodejs/bin/node', '/app/main.js', 'history', '--json'];
      for (;;) {
        await compose('kill', '--signal', 'HUP', 'keykeeper');
        const { stdout } = await docker(['exec', container('keykeeper'), ...node]);
        if (stdout.includes('"2 of 2"')) return;
      }
    }
  },
);
