import type { Connection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TableMemory } from '../../../src/glpi/database/table-memory.ts';
import { databaseTarget } from '../../stand-in/mariadb/database-target.ts';
import { loadGlpiTables } from '../../stand-in/mariadb/load-glpi-tables.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { available } from '../../stand-in/require.ts';
import { openOrFail } from './open-or-fail.ts';

const USERS = 1_500;
/** Bytes that the server takes for one text. */
const PACKET = 64 * 1024;

describe.skipIf(!(await available('mariadb')))('a large table that was read before', () => {
  let mariadb: Mariadb;
  let root: Connection;
  const memory = new TableMemory();

  beforeAll(async () => {
    mariadb = await startMariadb({ settings: [`--max-allowed-packet=${PACKET}`] });
    root = await mariadb.connect({ schema: await mariadb.createSchema('glpi') });
    await loadGlpiTables(root, '11.0.6');
    await root.query(`INSERT INTO glpi_users (id, name, api_token, personal_token)
      SELECT seq, CONCAT('user-', seq), CONCAT('token-', seq), IF(seq % 2 = 0, CONCAT('personal-', seq), NULL)
      FROM seq_10_to_${USERS + 9}`);
    await root.query('ALTER TABLE glpi_users MODIFY cookie_token VARCHAR(255) CHARACTER SET latin1');
  });

  afterAll(async () => {
    await root?.end();
    await mariadb?.stop();
  });

  async function read(remembered: TableMemory | null) {
    await using database = await openOrFail(databaseTarget(mariadb, 'glpi'));
    return await database.readValues('full', [], remembered);
  }

  it('gives the very same values and digest as long as nothing changes, whatever else does', async () => {
    const first = await read(memory);
    await root.query("UPDATE glpi_users SET last_login = NOW(), language = 'fr_FR'");

    const second = await read(memory);

    expect(second.digest).toBe(first.digest);
    expect(second.values.length).toBe(first.values.length);
    expect([...second.values]).toEqual([...(await read(null)).values]);
  });

  it.each([
    ['another value', "UPDATE glpi_users SET api_token = 'another' WHERE id = 700"],
    ['another case', "UPDATE glpi_users SET api_token = 'TOKEN-701' WHERE id = 701"],
    ['a space at the end', "UPDATE glpi_users SET api_token = 'token-702 ' WHERE id = 702"],
    ['NULL', 'UPDATE glpi_users SET api_token = NULL WHERE id = 703'],
    ['nothing', "UPDATE glpi_users SET api_token = '' WHERE id = 704"],
    [
      'its column',
      "UPDATE glpi_users SET cookie_token = 'token-705', api_token = NULL, personal_token = NULL WHERE id = 705",
    ],
    ['its row', 'UPDATE glpi_users SET id = 80000 WHERE id = 706'],
    [
      'places with another',
      "UPDATE glpi_users SET api_token = IF(id = 707, 'token-708', 'token-707') WHERE id IN (707, 708)",
    ],
    ['two rows that grow alike', "UPDATE glpi_users SET api_token = 'the same' WHERE id IN (709, 710)"],
    ['a row less', 'DELETE FROM glpi_users WHERE id = 711'],
    ['a row more', "INSERT INTO glpi_users (id, name, api_token) VALUES (90000, 'late', 'late')"],
  ])('is read again after a change: %s', async (_, statement) => {
    const before = await read(memory);
    await root.query(statement);

    const after = await read(memory);

    expect(after.digest).not.toBe(before.digest);
    expect(after.values).toEqual((await read(null)).values);
  });

  it('is read again each time where a row is too long for the server to say anything of it', async () => {
    await root.query('ALTER TABLE glpi_users MODIFY api_token MEDIUMTEXT, MODIFY personal_token MEDIUMTEXT');
    await root.query(
      `UPDATE glpi_users SET api_token = REPEAT('a', ${PACKET - 100}), personal_token = 'first' WHERE id = 712`,
    );
    const before = await read(memory);
    await root.query("UPDATE glpi_users SET personal_token = REPEAT('b', 1000) WHERE id = 712");
    const between = await read(memory);
    await root.query("UPDATE glpi_users SET personal_token = REPEAT('c', 1000) WHERE id = 712");

    const after = await read(memory);

    expect(between.digest).not.toBe(before.digest);
    expect(after.digest).not.toBe(between.digest);
    expect(after.values).toEqual((await read(null)).values);
  });
});
