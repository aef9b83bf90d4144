import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Connection, createConnection } from 'mysql2/promise';
import { breaksGlpi11 } from '../src/glpi/security-key.ts';
import { exitCodeOf, stepsOf, untilItServes } from '../test/e2e/stand-in/container.ts';
import { buildStandIn, docker, dockerOutput } from '../test/stand-in/glpi/image.ts';
import { addRows, readValue } from './fill-database.ts';
import type { Scene, Secrets } from './scene.ts';
import { untilItAnswers } from './until.ts';

const VERSION = '11.0.6';
const LABEL = 'keykeeper-demo';
/** www-data of GLPI's official image. */
const OWNER = { uid: 33, gid: 33 };
const DATABASE = { database: 'glpi', user: 'glpi', password: randomBytes(12).toString('hex') };
const TABLES_EMPTY = `DROP DATABASE ${DATABASE.database}; CREATE DATABASE ${DATABASE.database}`;

/** The stand-in for GLPI's image and MariaDB in containers; the directories are on this machine. Wants root. */
export async function openDockerScene(signal: AbortSignal): Promise<Scene> {
  const folder = mkdtempSync(join(tmpdir(), 'keykeeper-demo-'));
  const stage = new DockerScene(folder, signal);
  try {
    await stage.prepare();
    return stage;
  } catch (error) {
    await stage[Symbol.asyncDispose]();
    throw error;
  }
}

class DockerScene implements Scene {
  readonly cast: string;
  readonly configDir: string;
  readonly vaultDir: string;
  readonly owner = OWNER;
  readonly #folder: string;
  readonly #volume: string;
  readonly #id: string;
  readonly #signal: AbortSignal;
  #image = '';
  #imageIsNew = false;
  #address = '';
  #glpi = '';
  #started = 0;

  constructor(folder: string, signal: AbortSignal) {
    this.cast = `Docker plays: a stand-in for GLPI ${VERSION}'s official image (its entrypoint, PHP's own sodium) and MariaDB 10.11.`;
    this.#folder = folder;
    this.#id = `keykeeper-demo-${randomBytes(4).toString('hex')}`;
    this.#signal = signal;
    this.#volume = join(folder, 'glpi');
    this.configDir = join(this.#volume, 'config');
    this.vaultDir = join(folder, 'vault');
  }

  async prepare(): Promise<void> {
    for (const directory of [this.#volume, this.vaultDir]) mkdirSync(directory, { mode: 0o755 });
    chownSync(this.#volume, OWNER.uid, OWNER.gid);
    const images = async () => (await docker(['images', '--quiet', '--no-trunc'])).stdout.split('\n');
    const before = await images();
    this.#image = await buildStandIn(VERSION);
    const id = await dockerOutput(['image', 'inspect', '--format', '{{.Id}}', this.#image]);
    this.#imageIsNew = !before.includes(id);
    this.#signal.throwIfAborted();
    await dockerOutput(['network', 'create', '--label', `${LABEL}=${this.#id}`, this.#id]);
    const { database, user, password } = DATABASE;
    const variables = { RANDOM_ROOT_PASSWORD: 'yes', DATABASE: database, USER: user, PASSWORD: password };
    const name = await this.#run('mariadb', 'mariadb:10.11', [
      ...['--tmpfs', '/var/lib/mysql'],
      ...Object.entries(variables).flatMap(([key, value]) => ['--env', `MARIADB_${key}=${value}`]),
    ]);
    const format = '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}';
    this.#address = await dockerOutput(['inspect', '--format', format, name]);
    await untilItAnswers(() => this.#connected(async () => undefined), this.#signal);
  }

  async install(): Promise<readonly string[]> {
    for (;;) {
      const said = await this.start();
      // One new key in 200 keeps GLPI 11 from booting; that is another story.
      if (!breaksGlpi11(readFileSync(join(this.configDir, 'glpicrypt.key')))) return said;
      await this.loseDirectory();
      await this.#connected((connection) => connection.query(TABLES_EMPTY));
    }
  }

  async typeIn(secrets: Secrets): Promise<void> {
    await this.#connected(addRows);
    const page = await this.#page();
    const answer = await fetch(page, { method: 'POST', body: new URLSearchParams([...secrets]), redirect: 'manual' });
    if (answer.status !== 302) throw new Error(`GLPI did not save: HTTP status ${answer.status}`);
  }

  async loseDirectory(): Promise<void> {
    await this.stop();
    for (const name of readdirSync(this.#volume)) rmSync(join(this.#volume, name), { recursive: true });
  }

  async start(): Promise<readonly string[]> {
    await this.stop();
    const { database, user, password } = DATABASE;
    const variables = { HOST: this.#address, PORT: '3306', NAME: database, USER: user, PASSWORD: password };
    const installs = !existsSync(join(this.configDir, 'config_db.php'));
    this.#started += 1;
    this.#glpi = await this.#run(`glpi-${this.#started}`, this.#image, [
      ...['--publish', '127.0.0.1::80', '--volume', `${this.#volume}:/var/glpi`],
      ...Object.entries(variables).flatMap(([key, value]) => ['--env', `GLPI_DB_${key}=${value}`]),
    ]);
    if (installs && (await this.#endsEarly())) await dockerOutput(['start', this.#glpi]);
    await untilItServes(this.#glpi);
    return await stepsOf(this.#glpi);
  }

  async stop(): Promise<void> {
    this.#signal.throwIfAborted();
    if (this.#glpi !== '') await dockerOutput(['rm', '--force', '--volumes', this.#glpi]);
    this.#glpi = '';
  }

  async readSecrets(names: readonly string[]): Promise<Secrets> {
    const html = await (await fetch(await this.#page())).text();
    const inputs = [...html.matchAll(/name="([^"]+)" value="([^"]*)"/g)];
    const shown = new Map(inputs.map(([, name = '', value = '']) => [name, value]));
    return new Map(names.map((name) => [name, shown.get(name) ?? '']));
  }

  async sealedValues(names: readonly string[]): Promise<Secrets> {
    return await this.#connected(async (connection) => {
      const values = new Map<string, string>();
      for (const name of names) values.set(name, await readValue(connection, name));
      return values;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const filter = ['--filter', `label=${LABEL}=${this.#id}`];
    // A command that Ctrl-C cut short may still be carried out by the engine while the first round looks.
    for (let round = 0; round < 3; round += 1) {
      const { stdout } = await docker(['ps', '--all', '--quiet', ...filter]);
      const containers = stdout.split('\n').filter((line) => line !== '');
      if (containers.length > 0) await docker(['rm', '--force', '--volumes', ...containers]);
      const networks = await docker(['network', 'ls', '--quiet', ...filter]);
      if (networks.stdout === '' && containers.length === 0) break;
      await docker(['network', 'rm', this.#id]);
    }
    if (this.#imageIsNew) await docker(['rmi', this.#image]);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Whether the container ended by itself instead of serving: what a failed installation does. */
  async #endsEarly(): Promise<boolean> {
    const container = this.#glpi;
    const ended = exitCodeOf(container).then(() => true);
    const serves = untilItServes(container).then(
      () => false,
      () => true,
    );
    return await Promise.race([ended, serves]);
  }

  async #page(): Promise<string> {
    return `${await untilItServes(this.#glpi)}/front/config.form.php`;
  }

  async #run(part: string, image: string, options: readonly string[]): Promise<string> {
    this.#signal.throwIfAborted();
    const name = `${this.#id}-${part}`;
    const belongs = ['--label', `${LABEL}=${this.#id}`, '--network', this.#id];
    await dockerOutput(['run', '--detach', '--name', name, ...belongs, ...options, image]);
    return name;
  }

  async #connected<T>(use: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = await createConnection({ host: this.#address, multipleStatements: true, ...DATABASE });
    try {
      return await use(connection);
    } finally {
      await connection.end();
    }
  }
}
