import type { Connection, RowDataPacket } from 'mysql2/promise';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hostAddress } from '../../../src/glpi/config-db.ts';
import { connect } from '../../../src/glpi/database/connect.ts';
import type { RegistrationRow } from '../../../src/glpi/database/database.ts';
import { limitSession, type Session, sessionOver } from '../../../src/glpi/database/session.ts';
import { type RegistrationChange, writeRegistration } from '../../../src/glpi/database/write-registration.ts';
import { databaseTarget } from '../../stand-in/mariadb/database-target.ts';
import { type GlpiVersion, loadGlpiTables } from '../../stand-in/mariadb/load-glpi-tables.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { available } from '../../stand-in/require.ts';
import { openOrFail } from './open-or-fail.ts';

const KEY = 'glpinetwork_registration_key';
const UID = 'glpi_network_uuid';
const VERSIONS: readonly GlpiVersion[] = ['9.5.6', '10.0.17', '11.0.6'];

/** A row before, how it is read, and the statement that makes it so. */
const BEFORE: readonly [string, RegistrationRow, string | null | undefined][] = [
  ['no row', 'absent', undefined],
  ['NULL', 'null', null],
  ["''", 'empty', ''],
  ["'0'", 'empty', '0'],
  ['a value', { value: 'Old+/=' }, 'Old+/='],
];

describe.skipIf(!(await available('mariadb')))('writing the registration key', () => {
  let mariadb: Mariadb;
  let root: Connection;

  beforeAll(async () => {
    mariadb = await startMariadb();
    root = await mariadb.connect({ schema: await mariadb.createSchema('glpi') });
    await loadGlpiTables(root, '10.0.17');
  });

  afterAll(async () => {
    await root?.end();
    await mariadb?.stop();
  });

  beforeEach(async () => {
    await put(KEY, undefined);
    await put(UID, undefined);
  });

  async function put(name: string, value: string | null | undefined): Promise<void> {
    await root.query('DELETE FROM glpi_configs WHERE name = ?', [name]);
    if (value === undefined) return;
    await root.query("INSERT INTO glpi_configs (context, name, value) VALUES ('core', ?, ?)", [name, value]);
  }

  async function stored(): Promise<Record<string, string | null>> {
    const [rows] = await root.query<RowDataPacket[]>('SELECT name, value FROM glpi_configs WHERE name IN (?) ', [
      [KEY, UID],
    ]);
    return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
  }

  async function write(change: RegistrationChange): Promise<void> {
    await using database = await openOrFail(databaseTarget(mariadb, 'glpi'));
    await database.writeRegistration(change);
  }

  it.each(VERSIONS)('inserts key and uid where there are none, in the tables of %s', async (version) => {
    const schema = await mariadb.createSchema(`glpi_${version.replaceAll('.', '_')}`);
    const client = await mariadb.connect({ schema });
    await loadGlpiTables(client, version);
    await client.query('DELETE FROM glpi_configs WHERE name = ?', [UID]);
    await using database = await openOrFail(databaseTarget(mariadb, schema));

    await database.writeRegistration({ from: 'absent', to: 'Sealed+/=', uid: 'uid-1' });

    const read = await database.readRegistration();
    await client.end();
    expect(read).toEqual({ row: { value: 'Sealed+/=' }, uid: 'uid-1' });
  });

  it.each(BEFORE)('goes over %s where that is what was read', async (_, from, before) => {
    await put(KEY, before);

    await write({ from, to: 'Sealed+/=', uid: null });

    expect(await stored()).toEqual({ [KEY]: 'Sealed+/=' });
  });

  it.each(
    BEFORE.flatMap(([read, from]) =>
      BEFORE.filter(([, other]) => JSON.stringify(other) !== JSON.stringify(from)).map(
        ([found, , now]) => [read, found, from, now] as const,
      ),
    ),
  )('changes nothing where %s was read and %s is there now', async (_read, _found, from, now) => {
    await put(KEY, now);
    const before = await stored();

    const writing = write({ from, to: 'Sealed+/=', uid: 'uid-1' });

    await expect(writing).rejects.toMatchObject({ code: 'rows-changed' });
    expect(await stored()).toEqual(before);
  });

  it.each(['old+/=', 'Old+/= '])('tells %j from Old+/=, as no collation does', async (now) => {
    await put(KEY, now);

    const writing = write({ from: { value: 'Old+/=' }, to: 'Sealed+/=', uid: null });

    await expect(writing).rejects.toMatchObject({ code: 'rows-changed' });
  });

  it.each([
    ['is none', undefined, 'uid-1'],
    ['is NULL', null, 'uid-1'],
    ['is blank', '  ', 'uid-1'],
    ['is one', 'uid-0', 'uid-0'],
  ])('writes the uid only where there is none: there %s', async (_, before, after) => {
    await put(UID, before);

    await write({ from: 'absent', to: 'Sealed+/=', uid: 'uid-1' });

    expect(await stored()).toEqual({ [KEY]: 'Sealed+/=', [UID]: after });
  });

  it('empties the row, and leaves the uid', async () => {
    await put(KEY, 'Old+/=');
    await put(UID, 'uid-0');

    await write({ from: { value: 'Old+/=' }, to: '', uid: null });

    expect(await stored()).toEqual({ [KEY]: '', [UID]: 'uid-0' });
  });

  it('changes nothing where the user may not write', async () => {
    await root.query(`CREATE USER reader@'%' IDENTIFIED BY 'r'; GRANT SELECT ON glpi.* TO reader@'%'`);
    await using database = await openOrFail(databaseTarget(mariadb, 'glpi', { user: 'reader', password: 'r' }));

    const writing = database.writeRegistration({ from: 'absent', to: 'Sealed+/=', uid: 'uid-1' });

    await expect(writing).rejects.toMatchObject({
      code: 'rows-not-written',
      message: expect.not.stringContaining('Sealed'),
    });
    expect(await stored()).toEqual({});
  });

  for (const moment of ['before', 'after'] as const) {
    it(`cut off ${moment} any of its statements leaves key and uid both old or both new, and can be done again`, async () => {
      const outcomes: Record<string, string | null>[] = [];
      for (let statement = 1; ; statement += 1) {
        await put(KEY, 'Old+/=');
        await put(UID, undefined);
        const cut = await cutSession(statement, moment);
        const change = { from: { value: 'Old+/=' }, to: 'Sealed+/=', uid: 'uid-1' };
        const outcome = await writeRegistration(cut.session, change).then(
          () => 'written',
          (error: { code?: string }) => error.code,
        );
        await cut.session.close();
        if (outcome === 'written' && !cut.happened()) break;
        const left = await leftBehind();
        outcomes.push(left);
        if (left[KEY] === 'Old+/=') await write(change);
        expect(await stored()).toEqual({ [KEY]: 'Sealed+/=', [UID]: 'uid-1' });
      }

      expect(outcomes.length).toBeGreaterThan(5);
      for (const left of outcomes) {
        expect([{ [KEY]: 'Old+/=' }, { [KEY]: 'Sealed+/=', [UID]: 'uid-1' }]).toContainEqual(left);
      }
      expect(outcomes[0]).toEqual({ [KEY]: 'Old+/=' });
    });
  }

  /** What is there once the server has let go of the connection that broke. */
  async function leftBehind(): Promise<Record<string, string | null>> {
    await expect
      .poll(async () => {
        const [rows] = await root.query<RowDataPacket[]>(
          "SELECT 1 FROM information_schema.processlist WHERE command <> 'Daemon' AND id <> CONNECTION_ID() AND user = 'root'",
        );
        return rows.length;
      })
      .toBe(0);
    return await stored();
  }

  /** A session whose connection breaks right before, or right after, its nth statement. */
  async function cutSession(nth: number, when: 'before' | 'after') {
    const { user, password } = databaseTarget(mariadb, 'glpi');
    const login = { address: hostAddress(mariadb.dbhost), user, password, tls: null };
    const link = await connect({ ...login, timeout: 10_000, signal: undefined });
    const whole = sessionOver(link, { address: mariadb.dbhost, schema: 'glpi' }, 10_000, undefined);
    await limitSession(whole, 10_000);
    let count = 0;
    async function counted<T>(run: () => Promise<T>): Promise<T> {
      count += 1;
      if (count === nth && when === 'before') link.socket.destroy();
      const result = await run();
      if (count !== nth) return result;
      link.socket.destroy();
      throw new Error('the connection broke before the answer came');
    }
    const session: Session = {
      ...whole,
      rows: (sql, values) => counted(() => whole.rows(sql, values)),
      change: (sql, values) => counted(() => whole.change(sql, values)),
    };
    return { session, happened: () => count >= nth };
  }
});
