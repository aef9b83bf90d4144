import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostAddress } from '../../../src/glpi/config-db.ts';
import { connect } from '../../../src/glpi/database/connect.ts';
import { limitSession, sessionOver } from '../../../src/glpi/database/session.ts';
import { databaseTarget } from '../../stand-in/mariadb/database-target.ts';
import { loadGlpiTables } from '../../stand-in/mariadb/load-glpi-tables.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { startTcpProxy } from '../../stand-in/mariadb/tcp-proxy.ts';
import { available } from '../../stand-in/require.ts';
import { openOrFail } from './open-or-fail.ts';

const runnable = await available('mariadb');
const GLPI = { user: 'glpi', password: 'g' };

describe.skipIf(!runnable)('a session', () => {
  let mariadb: Mariadb;
  let root: Connection;

  beforeAll(async () => {
    mariadb = await startMariadb();
    root = await mariadb.connect({ schema: await mariadb.createSchema('glpi') });
    await loadGlpiTables(root, '10.0.17');
    await root.query(`CREATE USER glpi@'%' IDENTIFIED BY 'g'; GRANT ALL ON glpi.* TO glpi@'%';
      INSERT INTO glpi_mailcollectors (id, passwd) VALUES (1, 'one'), (2, 'two');
      INSERT INTO glpi_authldaps (id, rootdn_passwd) VALUES (1, 'ldap')`);
  });

  afterAll(async () => {
    await root?.end();
    await mariadb?.stop();
  });

  /** The id of a session of user glpi, once it waits for a lock. */
  async function waiting(): Promise<number> {
    while (true) {
      const [rows] = await root.query(
        "SELECT id FROM information_schema.processlist WHERE user = 'glpi' AND command = 'Query' AND time_ms > 50",
      );
      const [first] = rows as { id: number }[];
      if (first !== undefined) return first.id;
      await sleep(20);
    }
  }

  it('is read-only: the server refuses a write', async () => {
    const target = databaseTarget(mariadb, 'glpi');
    const login = { address: hostAddress(mariadb.dbhost), user: target.user, password: target.password, tls: null };
    const link = await connect({ ...login, timeout: 10_000, signal: undefined });
    const session = sessionOver(link, { address: mariadb.dbhost, schema: 'glpi' }, 10_000, undefined);
    await limitSession(session, 10_000);

    const writing = session.change("UPDATE glpi.glpi_authldaps SET rootdn_passwd = 'x'");

    await expect(writing).rejects.toMatchObject({
      code: 'database-lost',
      message: expect.stringContaining('READ ONLY'),
    });
    await session.close();
  });

  it('that is killed in the middle of a pass ends the pass', async () => {
    await root.query('LOCK TABLES glpi_authldaps WRITE');
    await using database = await openOrFail(databaseTarget(mariadb, 'glpi', GLPI));

    const outcome = database.readValues('full').then(
      () => 'read',
      (error: unknown) => error,
    );
    await root.query('KILL ?', [await waiting()]);

    expect(await outcome).toMatchObject({ code: 'database-lost', target: mariadb.socket ?? mariadb.dbhost });
    await root.query('UNLOCK TABLES');
    await expect(database.identify()).rejects.toMatchObject({ code: 'database-lost' });
  });

  it('that is killed in the middle of a rewriting has changed nothing', async () => {
    const blocker = await mariadb.connect({ schema: 'glpi' });
    await blocker.query('BEGIN; SELECT * FROM glpi_authldaps WHERE id = 1 FOR UPDATE');
    await using database = await openOrFail(databaseTarget(mariadb, 'glpi', GLPI));

    const outcome = database
      .rewriteValues([
        { reference: { table: 'glpi_mailcollectors', column: 'passwd', id: 1 }, from: 'one', to: 'eins' },
        { reference: { table: 'glpi_authldaps', column: 'rootdn_passwd', id: 1 }, from: 'ldap', to: 'LDAP' },
      ])
      .then(
        () => 'written',
        (error: unknown) => error,
      );
    await root.query('KILL ?', [await waiting()]);

    expect(await outcome).toMatchObject({ code: 'database-lost' });
    await blocker.end();
    await using again = await openOrFail(databaseTarget(mariadb, 'glpi', GLPI));
    expect((await again.readValues('full')).values.map(({ value }) => value)).toEqual(['one', 'two', 'ldap']);
  });

  it('with a server that falls silent ends after its time, and leaves no connection', async () => {
    await using proxy = await startTcpProxy(mariadb);
    const target = { ...databaseTarget(mariadb, 'glpi'), hosts: [proxy.dbhost] };
    const database = await openOrFail(target, { queryTimeout: 300 });
    proxy.freeze();

    const reading = database.readValues('sample');

    await expect(reading).rejects.toMatchObject({
      code: 'database-lost',
      message: expect.stringContaining('no answer within 300 ms'),
    });
    await database[Symbol.asyncDispose]();
    await expect.poll(() => proxy.openConnections()).toBe(0);
  });

  it('is closed even when the server does not hear of it', async () => {
    await using proxy = await startTcpProxy(mariadb);
    const database = await openOrFail({ ...databaseTarget(mariadb, 'glpi'), hosts: [proxy.dbhost] });
    proxy.freeze();

    await database[Symbol.asyncDispose]();

    await expect.poll(() => proxy.openConnections()).toBe(0);
  });

  it('ends at once when the caller gives up', async () => {
    await using proxy = await startTcpProxy(mariadb);
    const stop = new AbortController();
    const target = { ...databaseTarget(mariadb, 'glpi'), hosts: [proxy.dbhost] };
    await using database = await openOrFail(target, { signal: stop.signal });
    proxy.freeze();

    const reading = database.readValues('sample');
    stop.abort();

    await expect(reading).rejects.toMatchObject({ code: 'database-lost' });
    await expect.poll(() => proxy.openConnections()).toBe(0);
  });

  it('sees the sessions of others in its schema, and not those of another Keykeeper', async () => {
    const target = databaseTarget(mariadb, 'glpi', GLPI);
    await using database = await openOrFail(target);
    await using _other = await openOrFail(target);
    const elsewhere = await mariadb.connect({ ...GLPI });

    const before = await database.otherSessions();
    const web = await mariadb.connect({ ...GLPI, schema: 'glpi' });
    const after = await database.otherSessions();

    for (const connection of [elsewhere, web]) await connection.end();
    expect([before, after]).toEqual([0, 1]);
  });

  it('says that it cannot see the sessions of others, where its user is not that of GLPI', async () => {
    await using blind = await openOrFail({ ...databaseTarget(mariadb, 'glpi', GLPI), source: 'setting' });
    await using seeing = await openOrFail({ ...databaseTarget(mariadb, 'glpi'), source: 'setting' });

    // The root session of this suite has the schema as its own.
    expect(await blind.otherSessions()).toBe(null);
    expect(await seeing.otherSessions()).toBe(1);
  });
});
