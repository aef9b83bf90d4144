import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/core/secret.ts';
import { openDatabase } from '../../../src/glpi/database/open-database.ts';
import type { DatabaseTarget } from '../../../src/glpi/database/target.ts';
import { databaseTarget } from '../../stand-in/mariadb/database-target.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { available } from '../../stand-in/require.ts';
import { openOrFail } from './open-or-fail.ts';

const runnable = await available('mariadb');
const PASSWORD = 'hunter2-not-to-be-seen';

/** A listener that does with each connection what `greet` says. */
async function listen(greet: (socket: Socket) => void): Promise<AsyncDisposable & { dbhost: string }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    greet(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    dbhost: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function at(...hosts: string[]): DatabaseTarget {
  return { source: 'config_db.php', hosts, user: 'glpi', password: new Secret(PASSWORD), schema: 'glpi' };
}

async function failure(target: DatabaseTarget, connectTimeout = 10_000) {
  const outcome = await openDatabase(target, { connectTimeout });
  if (outcome.kind === 'open') throw new Error('expected it not to open');
  return outcome;
}

describe('openDatabase, without a server', () => {
  it('tells an unknown host name', async () => {
    const outcome = await failure(at('no-such-host.invalid'));

    expect(outcome).toMatchObject({
      reason: 'unknown-host',
      message: expect.stringContaining('no-such-host.invalid:3306'),
    });
  });

  it('tells a port on which nothing listens', async () => {
    const gone = await listen(() => undefined);
    await gone[Symbol.asyncDispose]();

    const outcome = await failure(at(gone.dbhost));

    expect(outcome).toMatchObject({ reason: 'refused', message: expect.stringContaining(gone.dbhost) });
  });

  it('gives up on a port that takes the connection and never says a word', async () => {
    await using silent = await listen(() => undefined);

    const outcome = await failure(at(silent.dbhost), 200);

    expect(outcome).toMatchObject({ reason: 'timeout', message: expect.stringContaining('said nothing for 200 ms') });
  });

  it('tells a server that hangs up before the login', async () => {
    await using closing = await listen((socket) => socket.end());

    const outcome = await failure(at(closing.dbhost));

    expect(outcome.reason).toBe('lost');
  });

  it('tells a port on which something else than a database answers', async () => {
    await using ssh = await listen((socket) => socket.write('SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n'));

    const outcome = await failure(at(ssh.dbhost), 500);

    expect(outcome.reason).toBe('not-mysql');
  });

  it('tells a socket that is not there', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'keykeeper-'));

    const outcome = await failure(at(`localhost:${folder}/mysqld.sock`));

    rmSync(folder, { recursive: true });
    expect(outcome).toMatchObject({
      reason: 'socket-missing',
      message: expect.stringContaining(`${folder}/mysqld.sock`),
    });
  });

  it('names every host it tried', async () => {
    const outcome = await failure(at('first.invalid', 'second.invalid:3307'));

    expect(outcome.message).toMatch(/first\.invalid:3306.*second\.invalid:3307/);
  });

  it('stops at once when aborted', async () => {
    await using silent = await listen(() => undefined);
    const signal = AbortSignal.timeout(50);

    const opening = openDatabase(at(silent.dbhost), { connectTimeout: 60_000, signal });

    await expect(opening).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});

describe.skipIf(!runnable)('openDatabase, with a MariaDB server', () => {
  let mariadb: Mariadb;

  beforeAll(async () => {
    mariadb = await startMariadb({ settings: ['--max-connections=10'] });
    await mariadb.createSchema('glpi');
    await mariadb.createSchema('forbidden');
    const root = await mariadb.connect();
    await root.query(`CREATE USER glpi@'%' IDENTIFIED BY '${PASSWORD}'; GRANT SELECT, UPDATE ON glpi.* TO glpi@'%';
      CREATE USER locked@'%' IDENTIFIED BY '${PASSWORD}' ACCOUNT LOCK;`);
    await root.end();
  });

  afterAll(() => mariadb?.stop());

  function target(changes: Partial<DatabaseTarget> = {}): DatabaseTarget {
    return { ...databaseTarget(mariadb, 'glpi', { user: 'glpi', password: PASSWORD }), ...changes };
  }

  it('opens with the right settings', async () => {
    await using database = await openOrFail(target());

    expect(await database.identify()).toMatchObject({ glpi: false, partial: false, version: null });
  });

  it('tells a wrong password, without showing it', async () => {
    const outcome = await failure(target({ password: new Secret('wrong-but-secret') }));

    expect(outcome).toMatchObject({ reason: 'access-denied', message: expect.stringContaining('"glpi"') });
    expect(JSON.stringify(outcome)).not.toContain('wrong-but-secret');
  });

  it('tells an unknown user from nothing, as the server does', async () => {
    expect((await failure(target({ user: 'nobody' }))).reason).toBe('access-denied');
  });

  it('tells a locked account', async () => {
    expect((await failure(target({ user: 'locked' }))).reason).toBe('account-locked');
  });

  it('tells a database that does not exist', async () => {
    const root = databaseTarget(mariadb, 'nowhere');

    expect(await failure(root)).toMatchObject({
      reason: 'unknown-database',
      message: expect.stringContaining('"nowhere"'),
    });
  });

  it('tells a database that the user may not see', async () => {
    const outcome = await failure(target({ schema: 'forbidden' }));

    expect(outcome).toMatchObject({
      reason: 'schema-denied',
      try: expect.stringContaining('GRANT SELECT, UPDATE ON `forbidden`'),
    });
  });

  it('tells a server that has no connection left', async () => {
    const taken = await Promise.all(Array.from({ length: 10 }, () => mariadb.connect()));

    const outcome = await failure(target());

    for (const connection of taken) await connection.end();
    expect(outcome.reason).toBe('too-many-connections');
  });

  it('goes on to the next host where the first does not answer', async () => {
    await using database = await openOrFail(target({ hosts: ['no-such-host.invalid', mariadb.dbhost] }));

    const { identity } = await database.identify();

    expect(identity.address).toBe(mariadb.socket ?? mariadb.dbhost);
  });

  it('never shows the password in any failure', async () => {
    const outcomes = [
      await failure(target({ hosts: ['no-such-host.invalid'] })),
      await failure(target({ schema: 'forbidden' })),
      await failure(target({ user: 'locked' })),
    ];

    expect(JSON.stringify(outcomes)).not.toContain(PASSWORD);
  });
});
