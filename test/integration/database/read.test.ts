import type { Connection } from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseTarget } from '../../stand-in/mariadb/database-target.ts';
import { type GlpiVersion, loadGlpiTables } from '../../stand-in/mariadb/load-glpi-tables.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { loadRecording, readRecordings, recordedRows } from '../../stand-in/mariadb/recordings.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { available } from '../../stand-in/require.ts';
import { formatReference } from './format-reference.ts';
import { openOrFail } from './open-or-fail.ts';

const runnable = await available('mariadb');
const SEALED = 'Q5bevGAv8bP60b5OFsMDtf+JbTh8LNbICsjwhevD80hqzUxbvbbqJxT45LkHY8nn+4SyXh+76qlbELeP';
/** GLPI makes it when it asks GLPI Network for the first time; a fresh database has none. */
const UID = 'Uid5'.repeat(10);
const UID_ROW = { context: 'core', name: 'glpi_network_uuid', value: UID };

describe.skipIf(!runnable)('a GLPI database', () => {
  let mariadb: Mariadb;
  let schemas = 0;

  beforeAll(async () => {
    mariadb = await startMariadb();
  });

  afterAll(() => mariadb?.stop());

  async function glpi(version: GlpiVersion): Promise<{ schema: string; connection: Connection }> {
    schemas += 1;
    const schema = await mariadb.createSchema(`glpi_${schemas}`);
    const connection = await mariadb.connect({ schema });
    await loadGlpiTables(connection, version);
    return { schema, connection };
  }

  describe.each(readRecordings())('as GLPI $glpi_version left it: $event', (recording) => {
    it.each(['before', 'after'] as const)(
      'gives back every sealed value %s the event, and nothing else',
      async (moment) => {
        const { schema, connection } = await glpi(recording.glpi_version);
        await loadRecording(connection, recording, moment);
        await connection.end();
        await using database = await openOrFail(databaseTarget(mariadb, schema));

        const { values, coverage } = await database.readValues('sample');

        const expected = new Map<string, string>();
        for (const { json_path, value, ...row } of recordedRows(recording, moment)) {
          if (value !== '') expected.set(formatReference({ ...row, jsonPath: json_path }), value);
        }
        expect(new Map(values.map(({ reference, value }) => [formatReference(reference), value]))).toEqual(expected);
        expect(coverage).toBe('full');
      },
    );
  });

  it.each(['9.5.6', '10.0.17', '11.0.6'] as const)('says that it is GLPI %s, and which instance', async (version) => {
    const { schema, connection } = await glpi(version);
    await connection.query('INSERT INTO glpi_configs SET ?', UID_ROW);
    await connection.end();
    await using database = await openOrFail(databaseTarget(mariadb, schema));

    const found = await database.identify();

    expect(found).toMatchObject({ glpi: true, partial: false, version });
    expect(found.identity).toEqual({
      address: mariadb.socket ?? mariadb.dbhost,
      schema,
      instanceUuid: expect.stringMatching(/^[0-9a-f]{40}$/),
      glpiNetworkUuid: UID,
    });
  });

  it('goes by the columns of a GLPI that is newer than any known, and says its version', async () => {
    const { schema, connection } = await glpi('11.0.6');
    await connection.query(`UPDATE glpi_configs SET value = '12.0.0-dev' WHERE name = 'version';
      DROP TABLE glpi_snmpcredentials; ALTER TABLE glpi_webhooks DROP COLUMN clientsecret;
      INSERT INTO glpi_webhooks SET id = 7, secret = '${SEALED}'`);
    await connection.end();
    await using database = await openOrFail(databaseTarget(mariadb, schema));

    const { values } = await database.readValues('full');

    expect((await database.identify()).version).toBe('12.0.0-dev');
    expect([...values]).toEqual([
      {
        reference: { table: 'glpi_webhooks', column: 'secret', id: 7 },
        class: 'setting',
        sealedColumn: true,
        value: SEALED,
      },
    ]);
  });

  it('says the version of a GLPI that is too old to seal anything', async () => {
    const { schema, connection } = await glpi('9.5.6');
    await connection.query("UPDATE glpi_configs SET value = '9.4.6' WHERE name IN ('version', 'dbversion')");
    await connection.query(
      "UPDATE glpi_mailcollectors SET passwd = 'old'; INSERT INTO glpi_mailcollectors SET passwd = 'old'",
    );
    await connection.end();
    await using database = await openOrFail(databaseTarget(mariadb, schema));

    const { values } = await database.readValues('full');

    expect(await database.identify()).toMatchObject({ glpi: true, version: '9.4.6' });
    expect([...values]).toMatchObject([{ value: 'old', sealedColumn: false }]);
  });

  it('is told from a schema of something else, and from an installation on its way', async () => {
    const empty = await mariadb.createSchema('empty');
    const begun = await mariadb.createSchema('begun');
    const connection = await mariadb.connect({ schema: begun });
    await connection.query('CREATE TABLE glpi_alerts (id int)');
    await connection.end();
    await using nothing = await openOrFail(databaseTarget(mariadb, empty));
    await using something = await openOrFail(databaseTarget(mariadb, begun));

    expect(await nothing.identify()).toMatchObject({ glpi: false, partial: false, version: null });
    const read = await nothing.readValues('full');
    expect([read.values.length, read.coverage]).toEqual([0, 'full']);
    expect(await nothing.readRegistration()).toEqual({ row: 'absent', uid: null });
    expect(await something.identify()).toMatchObject({ glpi: false, partial: true, version: null });
  });

  it('takes from plugins what has the shape of a sealed value', async () => {
    const { schema, connection } = await glpi('10.0.17');
    await connection.query(`INSERT INTO glpi_configs (id, context, name, value) VALUES
        (900, 'plugin:oauthimap', 'anything', '${SEALED}'), (901, 'plugin:oauthimap', 'version', '1.4.3');
      CREATE TABLE glpi_plugin_x_accounts (id int unsigned PRIMARY KEY, api_token varchar(255), token_log longtext, token_date datetime);
      INSERT INTO glpi_plugin_x_accounts VALUES (3, '${SEALED}', REPEAT('A', 200000), NOW()), (4, 'clear', NULL, NULL)`);
    await connection.end();
    await using database = await openOrFail(databaseTarget(mariadb, schema));

    const { values } = await database.readValues('full');

    const plugin = { class: 'setting', sealedColumn: false, value: SEALED };
    expect([...values]).toEqual([
      {
        reference: { table: 'glpi_configs', column: 'value', id: 900, context: 'plugin:oauthimap', name: 'anything' },
        ...plugin,
      },
      { reference: { table: 'glpi_plugin_x_accounts', column: 'api_token', id: 3 }, ...plugin },
    ]);
  });

  it('counts NULL, the empty string and 0 as no value, and any other text as one', async () => {
    const { schema, connection } = await glpi('10.0.17');
    await connection.query(
      "INSERT INTO glpi_mailcollectors (passwd) VALUES (NULL), (''), ('0'), ('00'), ('é€😀 \\\\')",
    );
    await connection.end();
    await using database = await openOrFail(databaseTarget(mariadb, schema));

    const { values } = await database.readValues('full');

    expect(values.map(({ value }) => value)).toEqual(['00', 'é€😀 \\']);
  });

  it('reads the row of the registration key in each of its states', async () => {
    const { schema, connection } = await glpi('11.0.6');
    await using database = await openOrFail(databaseTarget(mariadb, schema));
    const row = { context: 'core', name: 'glpinetwork_registration_key' };
    expect(await database.readRegistration()).toEqual({ row: 'absent', uid: null });
    await connection.query('INSERT INTO glpi_configs SET ?', UID_ROW);
    expect(await database.readRegistration()).toEqual({ row: 'absent', uid: UID });
    await connection.query('INSERT INTO glpi_configs SET ?', row);
    expect(await database.readRegistration()).toEqual({ row: 'null', uid: UID });
    await connection.query('UPDATE glpi_configs SET value = ? WHERE name = ?', ['', row.name]);
    expect(await database.readRegistration()).toEqual({ row: 'empty', uid: UID });
    await connection.query('UPDATE glpi_configs SET value = ? WHERE name = ?', [SEALED, row.name]);
    expect(await database.readRegistration()).toEqual({ row: { value: SEALED }, uid: UID });
    await connection.query("DELETE FROM glpi_configs WHERE name = 'glpi_network_uuid'");
    expect(await database.readRegistration()).toEqual({ row: { value: SEALED }, uid: null });
    await connection.end();
  });
});
