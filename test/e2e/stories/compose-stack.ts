import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildStandIn, docker, dockerOutput } from '../../stand-in/glpi/image.ts';
import { untilItServes } from '../stand-in/container.ts';
import { buildKeykeeper } from './keykeeper-image.ts';
import { postSettingsPage } from './settings-page.ts';

const COMPOSE_FILE = new URL('../../../deploy/compose/compose.yaml', import.meta.url).pathname;

/** The delivered Compose file with the stand-in for GLPI 11, under a project name of its own. */
export interface ComposeStack extends AsyncDisposable {
  readonly image: string;
  container(service: string): string;
  /** Starts everything, saves these secrets in GLPI, and waits until the vault has a key that opened them. */
  liveIn(secrets: Readonly<Record<string, string>>): Promise<void>;
}

export async function composeStack(): Promise<ComposeStack> {
  const project = `keykeeper-story-${randomBytes(4).toString('hex')}`;
  const vault = `${project}-vault`;
  const directory = await mkdtemp(join(tmpdir(), 'keykeeper-compose-'));
  const image = await buildKeykeeper();
  const settings = {
    GLPI_DB_HOST: 'db',
    GLPI_DB_PORT: '3306',
    GLPI_DB_NAME: 'glpi',
    GLPI_DB_USER: 'glpi',
    GLPI_DB_PASSWORD: randomBytes(12).toString('hex'),
    GLPI_PORT: '127.0.0.1:0',
    GLPI_IMAGE: await buildStandIn('11.0.6'),
    KEYKEEPER_IMAGE: image,
    KEYKEEPER_VAULT_VOLUME: vault,
    GLPI_CRONTAB_ENABLED: '0',
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
  await writeFile(join(directory, '.env'), lines.join(''));
  await dockerOutput(['volume', 'create', vault]);
  const options = ['--file', COMPOSE_FILE, '--project-directory', directory, '--project-name', project];
  const compose = (...args: string[]) => dockerOutput(['compose', ...options, ...args]);
  const container = (service: string) => `${project}-${service}-1`;
  return {
    image,
    container,
    async liveIn(secrets) {
      await compose('up', '--detach', '--no-build');
      await postSettingsPage(await untilItServes(container('glpi')), secrets);
      const proven = `"${Object.keys(secrets).length} of ${Object.keys(secrets).length}"`;
      const history = ['/nodejs/bin/node', '/app/main.js', 'history', '--json'];
      for (;;) {
        await compose('kill', '--signal', 'HUP', 'keykeeper');
        const { stdout } = await docker(['exec', container('keykeeper'), ...history]);
        if (stdout.includes(proven)) return;
      }
    },
    async [Symbol.asyncDispose]() {
      await compose('down', '--volumes', '--timeout', '5');
      await docker(['volume', 'rm', '--force', vault]);
      await rm(directory, { recursive: true, force: true });
    },
  };
}
