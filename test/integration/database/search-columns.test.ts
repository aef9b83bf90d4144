import { randomBytes } from 'node:crypto';
import type { Connection } from 'mysql2/promise';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SecuredPlace } from '../../../src/core/secured-place.ts';
import type { SearchProgress } from '../../../src/glpi/database/search-columns.ts';
import { fingerprintOf } from '../../../src/glpi/security-key.ts';
import { databaseTarget } from '../../stand-in/mariadb/database-target.ts';
import { loadGlpiTables } from '../../stand-in/mariadb/load-glpi-tables.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { available } from '../../stand-in/require.ts';
import { sealLikeGlpi } from '../keeper/sealed-schema.ts';
import { openOrFail } from './open-or-fail.ts';

const KEY = randomBytes(32);
const OLD = randomBytes(32);
const KEYS = new Map([KEY, OLD].map((key) => [fingerprintOf(key), key]));

describe.skipIf(!(await available('mariadb')))('a search through every text column', () => {
  let mariadb: Mariadb;
  let root: Connection;
  let schema: string;
  let schemas = 0;

  beforeAll(async () => {
    mariadb = await startMariadb();
  });

  beforeEach(async () => {
    schemas += 1;
    schema = await mariadb.createSchema(`deep_${schemas}`);
    root = await mariadb.connect({ schema });
    await loadGlpiTables(root, '11.0.6');
  });

  afterEach(() => root.end());

  afterAll(() => mariadb?.stop());

  async function search(places: readonly SecuredPlace[] = []) {
    const told: SearchProgress[] = [];
    await using database = await openOrFail(databaseTarget(mariadb, schema));
    const result = await database.searchColumns({ keys: KEYS, places, onProgress: (each) => told.push(each) });
    return { ...result, told };
  }

  async function read(places: readonly SecuredPlace[]) {
    await using database = await openOrFail(databaseTarget(mariadb, schema));
    return await database.readValues('full', places);
  }

  it('finds the values of a plugin under any known key, wherever they stand', async () => {
    await root.query(`CREATE TABLE glpi_plugin_phone_lines (id int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, pin varchar(255), note text);
      CREATE TABLE other_app (id bigint PRIMARY KEY, data longtext CHARACTER SET latin1)`);
    await root.query('INSERT INTO glpi_plugin_phone_lines (pin, note) VALUES (?, ?), (?, ?), (?, NULL)', [
      ...[sealLikeGlpi('1', KEY), 'text', sealLikeGlpi('2', OLD), 'more text', sealLikeGlpi('3', randomBytes(32))],
    ]);
    await root.query('INSERT INTO other_app VALUES (7, ?)', [sealLikeGlpi('latin', KEY)]);

    const { found } = await search();

    expect(found).toEqual([
      { place: { table: 'glpi_plugin_phone_lines', column: 'pin' }, values: 2, obstacle: null },
      { place: { table: 'other_app', column: 'data' }, values: 1, obstacle: null },
    ]);
  });

  it('finds a member of JSON and a setting that nobody names, and reads them from then on', async () => {
    const json = { url: 'https://example.org', secret: sealLikeGlpi('in json', KEY), list: [1] };
    await root.query(
      `CREATE TABLE glpi_plugin_sso_providers (id int NOT NULL PRIMARY KEY, settings text) CHARACTER SET utf8mb4`,
    );
    await root.query('INSERT INTO glpi_plugin_sso_providers VALUES (3, ?)', [
      JSON.stringify(json).replaceAll('/', '\\/'),
    ]);
    await root.query(
      "INSERT INTO glpi_configs (context, name, value) VALUES ('core', 'odd_secret', ?), ('plugin:x', 'j', ?)",
      [sealLikeGlpi('odd', KEY), JSON.stringify(json)],
    );

    const { found } = await search();
    const places = found.map(({ place }) => place);
    const { values } = await read(places);
    const again = await search(places);

    expect(places).toEqual(
      expect.arrayContaining([
        { table: 'glpi_plugin_sso_providers', column: 'settings', jsonPath: '$.secret' },
        { table: 'glpi_configs', column: 'value', context: 'core', name: 'odd_secret' },
        { table: 'glpi_configs', column: 'value', context: 'plugin:x', name: 'j', jsonPath: '$.secret' },
      ]),
    );
    expect(places).toHaveLength(3);
    for (const place of places) {
      const { table, column } = place;
      const value = expect.objectContaining({ class: 'setting', sealedColumn: false });
      expect(values.filter(({ reference }) => reference.table === table && reference.column === column)).toContainEqual(
        value,
      );
    }
    expect(values.find(({ reference }) => reference.table === 'glpi_plugin_sso_providers')).toMatchObject({
      reference: { id: 3, jsonPath: '$.secret' },
      value: json.secret,
    });
    expect(again.found).toEqual([]);
  });

  it('leaves out what every pass reads anyway', async () => {
    await root.query("UPDATE glpi_configs SET value = ? WHERE name = 'smtp_passwd'", [sealLikeGlpi('mail', KEY)]);
    await root.query("INSERT INTO glpi_configs (context, name, value) VALUES ('plugin:x', 'token', ?)", [
      sealLikeGlpi('t', KEY),
    ]);
    await root.query('INSERT INTO glpi_mailcollectors (id, passwd) VALUES (1, ?)', [sealLikeGlpi('box', KEY)]);
    await root.query('UPDATE glpi_users SET 2fa = ? WHERE id = 5', [
      JSON.stringify({ secret: sealLikeGlpi('2fa', KEY) }),
    ]);

    expect((await search()).found).toEqual([]);
  });

  it('says of a table without an id of its own, or without transactions, that it cannot be kept', async () => {
    await root.query(`CREATE TABLE a_pairs (name varchar(20) PRIMARY KEY, secret varchar(255));
      CREATE TABLE b_twice (id int NOT NULL, secret varchar(255), KEY (id));
      CREATE TABLE c_myisam (id int NOT NULL PRIMARY KEY, secret varchar(255)) ENGINE = MyISAM`);
    const sealed = sealLikeGlpi('x', KEY);
    await root.query(
      'INSERT INTO a_pairs VALUES (?, ?); INSERT INTO b_twice VALUES (1, ?), (1, ?); INSERT INTO c_myisam VALUES (1, ?)',
      [...['a', sealed, sealed, sealed, sealed]],
    );

    const { found } = await search();

    expect(found.map(({ place, values, obstacle }) => [place.table, values, obstacle?.split(' ').slice(0, 4)])).toEqual(
      [
        ['a_pairs', 1, ['the', 'table', 'has', 'no']],
        ['b_twice', 2, ['the', 'table', 'has', 'no']],
        ['c_myisam', 1, ['the', 'engine', 'of', 'the']],
      ],
    );
  });

  it.each(['a`b', "a'b", 'a"; DROP TABLE glpi_configs; --', 'sélect', '%s', 'two words'])(
    'is not led astray by a column called %s',
    async (column) => {
      const quoted = `\`${column.replaceAll('`', '``')}\``;
      const table = `\`t ${column.replaceAll('`', '``')}\``;
      await root.query(`CREATE TABLE ${table} (id int NOT NULL PRIMARY KEY, ${quoted} text)`);
      await root.query(`INSERT INTO ${table} VALUES (1, '${sealLikeGlpi('hostile', KEY)}')`);

      const { found } = await search();
      const { values } = await read(found.map(({ place }) => place));

      expect(found).toEqual([{ place: { table: `t ${column}`, column }, values: 1, obstacle: null }]);
      expect(values.filter(({ reference }) => reference.column === column)).toHaveLength(1);
    },
  );

  it('looks past a column with a question mark in its name, and says that it cannot be kept', async () => {
    await root.query('CREATE TABLE odd (id int NOT NULL PRIMARY KEY, `a?b` text, plain text)');
    await root.query('INSERT INTO odd SELECT 1, x, x FROM (SELECT ? AS x) AS v', [sealLikeGlpi('odd', KEY)]);

    const { found } = await search();

    expect(found.map(({ place, obstacle }) => [place.column, obstacle === null])).toEqual([
      ['a?b', false],
      ['plain', true],
    ]);
  });

  it('looks through 200,000 rows of other text page by page, telling how far it is', async () => {
    await root.query(`CREATE TABLE glpi_plugin_log_lines (id int NOT NULL PRIMARY KEY, line text, hash char(64), secretish text);
      INSERT INTO glpi_plugin_log_lines SELECT seq, REPEAT('a line of a log, ', 12), SHA2(seq, 256), NULL FROM seq_1_to_200000`);
    await root.query('UPDATE glpi_plugin_log_lines SET line = ? WHERE id IN (1, 123456, 200000)', [
      sealLikeGlpi('needle', KEY),
    ]);

    const started = performance.now();
    const { found, rows, told } = await search();
    process.stdout.write(
      `200,000 rows of other text looked through in ${Math.round(performance.now() - started)} ms\n`,
    );

    expect(found).toEqual([{ place: { table: 'glpi_plugin_log_lines', column: 'line' }, values: 3, obstacle: null }]);
    expect(rows).toBeGreaterThanOrEqual(200_000);
    expect(told.filter(({ table }) => table === 'glpi_plugin_log_lines').length).toBeGreaterThan(5);
  });

  it('finds all of a column that is full of them', async () => {
    await root.query('CREATE TABLE full_of_them (id int NOT NULL PRIMARY KEY, secret text)');
    const sealed = sealLikeGlpi('many', KEY);
    await root.query(`INSERT INTO full_of_them SELECT seq, '${sealed}' FROM seq_1_to_2345`);

    const { found } = await search();

    expect(found).toMatchObject([{ place: { table: 'full_of_them' }, values: 2345 }]);
  });

  it('ignores places that are gone, and views and computed columns', async () => {
    await root.query(`CREATE TABLE base (id int NOT NULL PRIMARY KEY, secret varchar(255), copy varchar(255) AS (secret) VIRTUAL);
      CREATE VIEW shown AS SELECT * FROM base`);
    await root.query('INSERT INTO base (id, secret) VALUES (1, ?)', [sealLikeGlpi('once', KEY)]);

    const { found } = await search([{ table: 'gone', column: 'secret' }]);
    const { values } = await read([
      { table: 'gone', column: 'secret' },
      { table: 'base', column: 'gone' },
    ]);

    expect(found).toMatchObject([{ place: { table: 'base', column: 'secret' }, values: 1 }]);
    expect(values.filter(({ reference }) => ['gone', 'base'].includes(reference.table))).toEqual([]);
  });
});
