import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { buildStandIn, docker, dockerOutput } from '../../stand-in/glpi/image.ts';
import { untilItServes } from '../stand-in/container.ts';
import { buildKeykeeper } from './keykeeper-image.ts';
import { postSettingsPage } from './settings-page.ts';

const FILES = new URL('../../../deploy/compose/', import.meta.url).pathname;

export type ComposeFile = 'compose.yaml' | 'one-service.yaml' | 'unprivileged.yaml' | 'secrets.yaml';

/** A delivered Compose file with the stand-in for GLPI 11, under a project name of its own. */
export interface ComposeStack extends AsyncDisposable {
  readonly image: string;
  container(service: string): string;
  up(): Promise<void>;
  /** Takes everything down, and GLPI's volume away. */
  loseVolume(): Promise<void>;
  /** Starts everything, saves these secrets in GLPI, and waits until the vault has a key that opened them. */
  liveIn(secrets: Readonly<Record<string, string>>): Promise<void>;
}

export async function composeStack(file: ComposeFile = 'compose.yaml'): Promise<ComposeStack> {
  const project = `keykeeper-story-${randomBytes(4).toString('hex')}`;
  const vault = `${project}-vault`;
  const directory = await mkdtemp(join(tmpdir(), 'keykeeper-compose-'));
  const image = await buildKeykeeper();
  const password = randomBytes(12).toString('hex');
  const settings = {
    GLPI_DB_HOST: 'db',
    GLPI_DB_PORT: '3306',
    GLPI_DB_NAME: 'glpi',
    GLPI_DB_USER: 'glpi',
    GLPI_DB_PASSWORD: password,
    GLPI_PORT: '127.0.0.1:0',
    GLPI_IMAGE: await buildStandIn('11.0.6'),
    KEYKEEPER_IMAGE: image,
    KEYKEEPER_VAULT_VOLUME: vault,
    GLPI_CRONTAB_ENABLED: '0',
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
  await writeFile(join(directory, '.env'), lines.join(''));
  if (file === 'secrets.yaml') await makeSecrets(join(directory, 'secrets'), password);
  await dockerOutput(['volume', 'create', vault]);
  const override = join(directory, 'override.yaml');
  await writeFile(override, file === 'secrets.yaml' ? passwordByVariable(password) : 'services: {}\n');
  const options = [
    '--file',
    join(FILES, file),
    '--file',
    override,
    '--project-directory',
    directory,
    '--project-name',
    project,
  ];
  const compose = (...args: string[]) => dockerOutput(['compose', ...options, ...args]);
  const container = (service: string) => `${project}-${service}-1`;
  const up = async () => {
    await compose('up', '--detach', '--no-build');
  };
  return {
    image,
    container,
    up,
    async loseVolume() {
      await compose('down', '--timeout', '5');
      await dockerOutput(['volume', 'rm', `${project}_glpi_data`]);
    },
    async liveIn(secrets) {
      await up();
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

/** Not every image that the tests run as `mariadb` reads its password from a file. */
function passwordByVariable(password: string): string {
  const environment = `{ MARIADB_PASSWORD_FILE: !reset null, MARIADB_PASSWORD: "${password}" }`;
  return `services:\n  db:\n    environment: ${environment}\n`;
}

/** As the head of secrets.yaml says. */
async function makeSecrets(directory: string, password: string): Promise<void> {
  await mkdir(directory, { mode: 0o700 });
  const identity = await generateX25519Identity();
  await writeFile(join(directory, 'glpi_db_password'), password);
  await writeFile(join(directory, 'age_identity'), identity);
  await writeFile(join(directory, 'age_recipients'), await identityToRecipient(identity));
  await writeFile(join(directory, 'http_token'), randomBytes(32).toString('hex'));
}
