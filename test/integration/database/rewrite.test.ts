import type { Connection } from 'mysql2/promise';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ValueChange } from '../../../src/glpi/database/database.ts';
import { databaseTarget } from '../../stand-in/mariadb/database-target.ts';
import { loadGlpiTables } from '../../stand-in/mariadb/load-glpi-tables.ts';
import type { Login, Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { available } from '../../stand-in/require.ts';
import { openOrFail } from './open-or-fail.ts';

const runnable = await available('mariadb');
const JSON_BEFORE = '{"algorithm":"totp","secret":"CP\\/ml+N6=","digest":"sha1", "digits":6,\t"period":30}';

describe.skipIf(!runnable)('rewriteValues', () => {
  let mariadb: Mariadb;
  let root: Connection;
  let schemas = 0;
  let schema: string;

  beforeAll(async () => {
    mariadb = await startMariadb();
  });

  beforeEach(async () => {
    schemas += 1;
    schema = await mariadb.createSchema(`glpi_${schemas}`);
    root = await mariadb.connect({ schema });
    await loadGlpiTables(root, '11.0.6');
    await root.query(`INSERT INTO glpi_mailcollectors (id, passwd) VALUES (1, 'one'), (2, 'two'), (3, NULL);
      INSERT INTO glpi_authldaps (id, rootdn_passwd) VALUES (1, 'ldap');
      INSERT INTO glpi_oauthclients SET identifier = 'x', secret = 'oauth', redirect_uri = '', grants = '', scopes = ''`);
    await root.query('UPDATE glpi_users SET 2fa = ? WHERE id = 5', [JSON_BEFORE]);
    return () => root.end();
  });

  afterAll(() => mariadb?.stop());

  function mail(id: number, from: string, to: string): ValueChange {
    return { reference: { table: 'glpi_mailcollectors', column: 'passwd', id }, from, to };
  }

  const ldap: ValueChange = {
    reference: { table: 'glpi_authldaps', column: 'rootdn_passwd', id: 1 },
    from: 'ldap',
    to: 'LDAP',
  };

  async function rewrite(changes: readonly ValueChange[], login: Login = {}): Promise<void> {
    await using database = await openOrFail(databaseTarget(mariadb, schema, login));
    await database.rewriteValues(changes);
  }

  async function column(sql: string): Promise<unknown[]> {
    const [rows] = await root.query({ sql, rowsAsArray: true });
    return (rows as unknown[][]).map(([value]) => value);
  }

  function passwords(): Promise<unknown[]> {
    return column('SELECT passwd FROM glpi_mailcollectors ORDER BY id');
  }

  it('replaces values of several tables, found by an id that need not be the primary key', async () => {
    const oauth = { reference: { table: 'glpi_oauthclients', column: 'secret', id: 1 }, from: 'oauth', to: 'anew' };

    await rewrite([mail(1, 'one', 'é€😀 \\ \'"'), ldap, mail(2, 'two', 'zwei'), oauth]);

    expect(await passwords()).toEqual(['é€😀 \\ \'"', 'zwei', null]);
    expect(await column('SELECT rootdn_passwd FROM glpi_authldaps')).toEqual(['LDAP']);
    expect(await column('SELECT secret FROM glpi_oauthclients')).toEqual(['anew']);
  });

  it('changes nothing at all when one row changed in between', async () => {
    await root.query("UPDATE glpi_mailcollectors SET passwd = 'by GLPI' WHERE id = 2");

    const rewriting = rewrite([ldap, mail(1, 'one', 'eins'), mail(2, 'two', 'zwei')]);

    await expect(rewriting).rejects.toMatchObject({ code: 'rows-changed', target: 'glpi_mailcollectors.passwd id 2' });
    expect(await passwords()).toEqual(['one', 'by GLPI', null]);
    expect(await column('SELECT rootdn_passwd FROM glpi_authldaps')).toEqual(['ldap']);
  });

  it.each([
    ['of another case', mail(1, 'ONE', 'x')],
    ['with a space at its end', mail(1, 'one ', 'x')],
    ['that became NULL', mail(3, 'three', 'x')],
    ['of a row that is gone', mail(99, 'one', 'x')],
    ['that is already what was asked for', mail(1, 'eins', 'one')],
  ])('does not take for the old value one %s', async (_, change) => {
    await expect(rewrite([change])).rejects.toMatchObject({ code: 'rows-changed' });
    expect(await passwords()).toEqual(['one', 'two', null]);
  });

  it('refuses to cut a value that is longer than its column', async () => {
    const rewriting = rewrite([ldap, mail(1, 'one', 'x'.repeat(256))]);

    await expect(rewriting).rejects.toMatchObject({ code: 'rows-not-written' });
    expect(await column('SELECT rootdn_passwd FROM glpi_authldaps')).toEqual(['ldap']);
  });

  it('refuses a column that does not keep a value as it is', async () => {
    await root.query('ALTER TABLE glpi_authldaps MODIFY rootdn_passwd char(40)');

    const rewriting = rewrite([mail(1, 'one', 'eins'), { ...ldap, to: 'ends with spaces  ' }]);

    await expect(rewriting).rejects.toMatchObject({
      code: 'rows-not-written',
      target: 'glpi_authldaps.rootdn_passwd id 1',
    });
    expect(await passwords()).toEqual(['one', 'two', null]);
  });

  it('says that the user may not write', async () => {
    await root.query(
      `CREATE USER IF NOT EXISTS reader@'%' IDENTIFIED BY 'r'; GRANT SELECT ON ${schema}.* TO reader@'%'`,
    );

    const rewriting = rewrite([ldap], { user: 'reader', password: 'r' });

    await expect(rewriting).rejects.toMatchObject({ code: 'rows-not-written', try: expect.stringContaining('rights') });
  });

  it('refuses a table that cannot undo', async () => {
    await root.query('ALTER TABLE glpi_authldaps ENGINE = MyISAM, ROW_FORMAT = DYNAMIC');

    const rewriting = rewrite([mail(1, 'one', 'eins'), ldap]);

    await expect(rewriting).rejects.toMatchObject({ code: 'rows-not-written', target: 'glpi_authldaps' });
    expect(await passwords()).toEqual(['one', 'two', null]);
  });

  it('replaces the secret of a second factor and leaves every other byte of the JSON', async () => {
    const reference = { table: 'glpi_users', column: '2fa', id: 5, jsonPath: '$.secret' };

    await rewrite([{ reference, from: 'CP/ml+N6=', to: 'new/one+ab==' }]);

    expect(await column('SELECT 2fa FROM glpi_users WHERE id = 5')).toEqual([
      JSON_BEFORE.replace('CP\\/ml+N6=', 'new\\/one+ab=='),
    ]);
  });

  it('leaves a second factor alone that was set up anew in between', async () => {
    const reference = { table: 'glpi_users', column: '2fa', id: 5, jsonPath: '$.secret' };

    const rewriting = rewrite([ldap, { reference, from: 'older', to: 'x' }]);

    await expect(rewriting).rejects.toMatchObject({ code: 'rows-changed', target: 'glpi_users.2fa id 5' });
    expect(await column('SELECT 2fa FROM glpi_users WHERE id = 5')).toEqual([JSON_BEFORE]);
  });

  describe('of many rows', () => {
    const token = (id: number, from: string, to: string): ValueChange => ({
      reference: { table: 'glpi_users', column: 'api_token', id },
      from,
      to,
    });

    async function addUsers(ids: readonly number[]): Promise<void> {
      const rows = ids.map((id) => [id, `user-${id}`, `token-${id}`]);
      await root.query('INSERT INTO glpi_users (id, name, api_token) VALUES ?', [rows]);
    }

    it('changes nothing when one in the middle changed in between, and names it', async () => {
      const ids = Array.from({ length: 1000 }, (_, index) => 1000 + index);
      await addUsers(ids);
      await root.query("UPDATE glpi_users SET api_token = 'by GLPI' WHERE id = 1500");

      const rewriting = rewrite(ids.map((id) => token(id, `token-${id}`, `anew-${id}`)));

      await expect(rewriting).rejects.toMatchObject({ code: 'rows-changed', target: 'glpi_users.api_token id 1500' });
      expect(await column("SELECT COUNT(*) FROM glpi_users WHERE api_token LIKE 'anew-%'")).toEqual([0]);
    });

    it('leaves those in between alone, however far apart the ids are', async () => {
      await addUsers([1000, 1001, 50_000, 50_001, 2_000_000]);

      await rewrite([1000, 50_001, 2_000_000].map((id) => token(id, `token-${id}`, `anew-${id}`)));

      expect(await column('SELECT api_token FROM glpi_users WHERE id >= 1000 ORDER BY id')).toEqual([
        'anew-1000',
        'token-1001',
        'token-50000',
        'anew-50001',
        'anew-2000000',
      ]);
    });

    it('sends no statement that a server of small packets refuses', async () => {
      const ids = Array.from({ length: 40 }, (_, index) => 1000 + index);
      const long = (id: number, letter: string) => `${id}'`.padEnd(60_000, letter);
      await root.query('INSERT INTO glpi_configs (id, context, name, value) VALUES ?', [
        ids.map((id) => [id, 'plugin:long', `name-${id}`, long(id, 'a')]),
      ]);
      await root.query('SET GLOBAL max_allowed_packet = 1048576');
      const reference = { table: 'glpi_configs', column: 'value' };

      await rewrite(ids.map((id) => ({ reference: { ...reference, id }, from: long(id, 'a'), to: long(id, "'") })));

      await root.query('SET GLOBAL max_allowed_packet = DEFAULT');
      expect(await column("SELECT value FROM glpi_configs WHERE context = 'plugin:long' ORDER BY id")).toEqual(
        ids.map((id) => long(id, "'")),
      );
    });
  });

  it('leaves the session read-only behind it', async () => {
    await using database = await openOrFail(databaseTarget(mariadb, schema));

    await database.rewriteValues([ldap]);

    expect(await column('SELECT COUNT(*) FROM information_schema.innodb_trx')).toEqual([0]);
    expect((await database.readValues('full')).values).toContainEqual(expect.objectContaining({ value: 'LDAP' }));
  });
});
