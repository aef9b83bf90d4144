import type { Connection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseTarget } from '../../stand-in/mariadb/database-target.ts';
import { loadGlpiTables } from '../../stand-in/mariadb/load-glpi-tables.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { available } from '../../stand-in/require.ts';
import { openOrFail } from './open-or-fail.ts';

const runnable = await available('mariadb');
const USERS = 200_000;

describe.skipIf(!runnable)('a table of 200,000 users', () => {
  let mariadb: Mariadb;
  let root: Connection;

  beforeAll(async () => {
    mariadb = await startMariadb();
    root = await mariadb.connect({ schema: await mariadb.createSchema('glpi') });
    await loadGlpiTables(root, '11.0.6');
    await root.query(`INSERT INTO glpi_users (id, name, api_token)
      SELECT seq, CONCAT('user-', seq), CONCAT('token-', seq) FROM seq_10_to_${USERS + 9}`);
    await root.query("UPDATE glpi_configs SET value = 'of a small table' WHERE name = 'smtp_passwd'");
  });

  afterAll(async () => {
    await root?.end();
    await mariadb?.stop();
  });

  /** Rows that the server's storage engines were asked for, by all sessions since it started. */
  async function rowsRead(): Promise<number> {
    const [rows] = await root.query("SHOW GLOBAL STATUS LIKE 'Handler_read%'");
    return (rows as { Value: string }[]).reduce((sum, { Value }) => sum + Number(Value), 0);
  }

  async function tokensOf(want: 'sample' | 'full') {
    await using database = await openOrFail(databaseTarget(mariadb, 'glpi'));
    const read = await database.readValues(want);
    const ids = read.values
      .filter(({ reference }) => reference.column === 'api_token')
      .map(({ reference }) => reference.id);
    return { ...read, ids };
  }

  it('is sampled by asking the server for few rows', async () => {
    const before = await rowsRead();

    const { ids, coverage } = await tokensOf('sample');

    expect(await rowsRead()).toBeLessThan(before + 10_000);
    expect(coverage).toBe('sample');
    expect(ids.length).toBeGreaterThan(32);
    expect(ids.length).toBeLessThan(200);
  });

  it('is sampled at its first and last rows, and elsewhere at others each time', async () => {
    const one = await tokensOf('sample');
    const other = await tokensOf('sample');

    expect(one.ids).toContain(10);
    expect(one.ids).toContain(USERS + 9);
    expect(one.ids).not.toEqual(other.ids);
    expect(one.values).toContainEqual(expect.objectContaining({ value: 'of a small table' }));
  });

  it('is read in full where that is wanted, row by row in the order of its ids', async () => {
    const { values, ids, coverage } = await tokensOf('full');

    expect(coverage).toBe('full');
    expect(ids).toEqual(Array.from({ length: USERS }, (_, index) => index + 10));
    expect(values.at(-1)?.value).toBe(`token-${USERS + 9}`);
  });

  it('has the same digest until one value changes', async () => {
    const first = await tokensOf('full');
    const second = await tokensOf('full');
    await root.query("UPDATE glpi_users SET api_token = 'another' WHERE id = 100000");

    const third = await tokensOf('full');

    expect(second.digest).toBe(first.digest);
    expect(third.digest).not.toBe(first.digest);
  });

  it('is rewritten row by row without a scan for each', async () => {
    const changes = Array.from({ length: 2000 }, (_, index) => ({
      reference: { table: 'glpi_users', column: 'api_token', id: 20_000 + index },
      from: `token-${20_000 + index}`,
      to: `anew-${index}`,
    }));
    await using database = await openOrFail(databaseTarget(mariadb, 'glpi'));
    const before = await rowsRead();

    await database.rewriteValues(changes);

    const [[row]] = (await root.query(
      "SELECT COUNT(*) AS anew FROM glpi_users WHERE api_token LIKE 'anew-%'",
    )) as never as [[{ anew: number }]];
    expect(row.anew).toBe(2000);
    expect(await rowsRead()).toBeLessThan(before + USERS + 50_000);
  });
});
