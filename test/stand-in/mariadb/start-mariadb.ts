import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, createConnection } from 'mysql2/promise';
import { dockerAnswers } from '../require.ts';
import { findServer } from './find-server.ts';
import type { Login, Mariadb, MariadbOptions, Started } from './mariadb.ts';
import { startContainer } from './start-container.ts';
import { startPrivate } from './start-private.ts';

/** Milliseconds until a server that does not come up is given up. */
const PATIENCE = 60_000;

/**
 * Starts a MariaDB server: in Docker where an engine answers (127.0.0.1, a free port), otherwise a private one on a
 * socket in a temporary folder. It is ready when this resolves.
 *
 * @throws Error when there is neither, or the server does not come up, with its log
 */
export async function startMariadb(options: MariadbOptions = {}): Promise<Mariadb> {
  const programs = findServer();
  const docker = await dockerAnswers();
  if (!docker && programs === null) throw new Error('there is neither a Docker engine nor a mariadbd');
  const started = docker || programs === null ? await startContainer(options) : await startPrivate(programs, options);
  try {
    await ready(started);
  } catch (cause) {
    const log = await started.log();
    await started.end();
    throw new Error(`MariaDB did not come up within ${PATIENCE} ms:\n${log}`, { cause });
  }
  return mariadbOver(started);
}

function mariadbOver(started: Started): Mariadb {
  const { address, rootPassword } = started;
  let ended: Promise<void> | null = null;
  const end = () => {
    ended ??= started.end();
    return ended;
  };
  const place =
    'socketPath' in address
      ? { host: 'localhost', socket: address.socketPath, dbhost: `localhost:${address.socketPath}` }
      : { ...address, dbhost: `${address.host}:${address.port}` };
  return {
    ...place,
    rootPassword,
    connect: (login = {}) => connect(started, login),
    async createSchema(name) {
      const connection = await connect(started, {});
      try {
        await connection.query('CREATE DATABASE ?? CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci', [name]);
      } finally {
        await connection.end();
      }
      return name;
    },
    stop: end,
    [Symbol.asyncDispose]: end,
  };
}

function connect({ address, rootPassword }: Started, { user, password, schema }: Login): Promise<Connection> {
  return createConnection({
    ...address,
    user: user ?? 'root',
    password: password ?? rootPassword,
    charset: 'utf8mb4',
    multipleStatements: true,
    ...(schema === undefined ? {} : { database: schema }),
  });
}

async function ready(started: Started): Promise<void> {
  const deadline = Date.now() + PATIENCE;
  while (true) {
    try {
      const connection = await connect(started, {});
      await connection.end();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(50);
    }
  }
}
