import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, createConnection } from 'mysql2/promise';
import { buildStandIn, dockerOutput, type StandInVersion } from '../../stand-in/glpi/image.ts';

export const DATABASE = { host: 'database', port: '3306', user: 'glpi', password: "gl pi+p@ss/%w0rd&é'" } as const;
const ADMINISTRATOR = { user: 'stage', password: 'stage' };
const SECONDS_TO_START = 60;

/** A network of its own with a MariaDB, removed with everything in it when the stage is disposed. */
export interface Stage extends AsyncDisposable {
  /** Prefix of every name on this stage. */
  readonly name: string;
  readonly root: Connection;
  /** Makes a schema that {@link DATABASE}'s user owns. */
  addSchema(schema: string): Promise<void>;
  /** Creates and starts a container of the stand-in; `options` go before the image, `command` after it. */
  start(version: StandInVersion, options: readonly string[], command?: readonly string[]): Promise<string>;
  /** Makes a volume that goes with the stage. */
  addVolume(): Promise<string>;
}

/** The five variables that GLPI's official image wants. */
export function databaseVariables(schema: string): string[] {
  const variables = {
    GLPI_DB_HOST: DATABASE.host,
    GLPI_DB_PORT: DATABASE.port,
    GLPI_DB_NAME: schema,
    GLPI_DB_USER: DATABASE.user,
    GLPI_DB_PASSWORD: DATABASE.password,
  };
  return Object.entries(variables).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
}

/** The same as options of `database:install`. */
export function databaseOptions(schema: string): string[] {
  const { host, port, user, password } = DATABASE;
  return [
    `--db-host=${host}`,
    `--db-port=${port}`,
    `--db-name=${schema}`,
    `--db-user=${user}`,
    `--db-password=${password}`,
  ];
}

export async function openStage(): Promise<Stage> {
  const name = `keykeeper-stand-in-${randomBytes(4).toString('hex')}`;
  const containers: string[] = [];
  const volumes: string[] = [];
  let root: Connection | null = null;
  const dispose = async () => {
    await root?.end();
    if (containers.length > 0) await dockerOutput(['rm', '--force', '--volumes', ...containers]);
    if (volumes.length > 0) await dockerOutput(['volume', 'rm', '--force', ...volumes]);
    await dockerOutput(['network', 'rm', name]);
  };
  await dockerOutput(['network', 'create', name]);
  try {
    containers.push(await startDatabase(name));
    root = await connect(`${name}-database`);
    const { user, password } = DATABASE;
    await root.query(`CREATE USER ${root.escape(user)}@'%' IDENTIFIED BY ${root.escape(password)}`);
  } catch (error) {
    await dispose();
    throw error;
  }
  const connection = root;
  return {
    name,
    root: connection,
    async addSchema(schema) {
      await connection.query(`CREATE DATABASE \`${schema}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`);
      await connection.query(`GRANT ALL ON \`${schema}\`.* TO '${DATABASE.user}'@'%'`);
    },
    async start(version, options, command = []) {
      const image = await buildStandIn(version);
      const container = `${name}-${containers.length}`;
      containers.push(container);
      await dockerOutput(['create', '--name', container, '--network', name, ...options, image, ...command]);
      await dockerOutput(['start', container]);
      return container;
    },
    async addVolume() {
      const volume = `${name}-${volumes.length}`;
      volumes.push(await dockerOutput(['volume', 'create', volume]));
      return volume;
    },
    [Symbol.asyncDispose]: dispose,
  };
}

async function startDatabase(name: string): Promise<string> {
  const container = `${name}-database`;
  const network = ['--network', name, '--network-alias', DATABASE.host, '--publish', '127.0.0.1::3306'];
  // In memory: what the tests wait for is then GLPI, not the disk.
  const options = ['--tmpfs', '/var/lib/mysql', '--env', 'MARIADB_ALLOW_EMPTY_ROOT_PASSWORD=1'];
  await dockerOutput(['run', '--detach', '--name', container, ...network, ...options, 'mariadb:10.11']);
  return container;
}

async function connect(container: string): Promise<Connection> {
  const address = await dockerOutput(['port', container, '3306/tcp']);
  const port = Number(address.split('\n')[0]?.split(':').at(-1));
  const { user, password } = ADMINISTRATOR;
  // Root may come in from inside the container alone.
  const account = `'${user}'@'%' IDENTIFIED BY '${password}'`;
  const statement = `CREATE USER IF NOT EXISTS ${account}; GRANT ALL ON *.* TO '${user}'@'%' WITH GRANT OPTION`;
  await untilItAnswers(() => dockerOutput(['exec', container, 'mariadb', '--user=root', '--execute', statement]));
  return untilItAnswers(() => createConnection({ host: '127.0.0.1', port, user, password }));
}

async function untilItAnswers<T>(attempt: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + SECONDS_TO_START * 1000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(100);
    }
  }
}
