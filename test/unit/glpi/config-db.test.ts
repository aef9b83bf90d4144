import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/core/failure.ts';
import { Secret } from '../../../src/core/secret.ts';
import { type DatabaseSettings, hostAddress, parseConfigDb } from '../../../src/glpi/config-db.ts';
import { formatConfigDb, newInstallFlags } from '../../../src/glpi/format-config-db.ts';
import { readFixture } from './read-fixture.ts';

/** The settings with the password laid open, to compare. */
const shown = (settings: DatabaseSettings) => ({ ...settings, password: settings.password.reveal() });

function failureOf(source: string): Failure {
  try {
    parseConfigDb(source);
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('expected the file to be refused');
}

const wrapped = (properties: string) => `<?php\nclass DB extends DBmysql {\n${properties}\n}\n`;
const COMPLETE = "public $dbhost = 'h'; public $dbuser = 'u'; public $dbpassword = 'p'; public $dbdefault = 'd';";

describe('config_db.php as GLPI writes it', () => {
  it.each([
    ['9.5.6', 'glpi95'],
    ['10.0.17', 'glpi1017'],
    ['11.0.6', 'glpi11'],
  ])('of %s is read, and written back byte for byte', (version, schema) => {
    const source = readFixture(`config_db-${version}.php.txt`);

    const settings = parseConfigDb(source);

    expect(shown(settings)).toEqual({
      hosts: ['127.0.0.1:33306'],
      user: 'glpi',
      password: 'gl pi+p@ss/%w0rd&é',
      schema,
      flags: newInstallFlags(version),
    });
    expect(formatConfigDb(settings, version)).toBe(source);
  });

  it('is read in the forms that older versions and people give it', () => {
    const source = `\ufeff<?php
 /* written by hand */ # twice
 class db EXTENDS dbmysql { // the main one
  var $dbhost	= array('db1:3307', 1 => "db2", );
  var $dbuser = "gl\\x70i", $dbdefault = 'g\\'lpi\\\\';
  public $dbpassword= 'a+b%zz%41';
  public $use_timezones = TRUE; public $level = -2; public $nothing = null; public $bare;
 }
 define('DEBUG_SQL', true);
?>
`;

    expect(shown(parseConfigDb(source))).toEqual({
      hosts: ['db1:3307', 'db2'],
      user: 'glpi',
      password: 'a+b%zzA',
      schema: "g'lpi\\",
      flags: { use_timezones: true, level: -2, nothing: null, bare: null },
    });
  });

  it('names the files for TLS where TLS is on, and only there', () => {
    const files =
      "public $dbsslkey = '/k'; public $dbsslca = '/ca'; public $dbsslcacipher = 'HIGH'; public $dbsslcert = null;";
    const on = parseConfigDb(wrapped(`${COMPLETE} public $dbssl = true; ${files}`));
    const off = parseConfigDb(wrapped(`${COMPLETE} public $dbssl = false; ${files}`));

    expect(on.ssl).toEqual({ key: '/k', ca: '/ca', cipher: 'HIGH' });
    expect(on.flags).toEqual({});
    expect(off.ssl).toBeUndefined();
    expect(off.flags).toEqual({ dbssl: false, dbsslkey: '/k', dbsslca: '/ca', dbsslcacipher: 'HIGH', dbsslcert: null });
    expect(shown(parseConfigDb(formatConfigDb(on, '11.0.6')))).toEqual(shown(on));
  });

  it.each(["''", "'0'", '0', 'null', 'false'])('takes TLS for off where $dbssl is %s, as PHP does', (off) => {
    const settings = parseConfigDb(wrapped(`${COMPLETE} public $dbssl = ${off};`));

    expect(settings.ssl).toBeUndefined();
    expect(Object.keys(settings.flags)).toEqual(['dbssl']);
  });

  it('may have definitions before the class, and sixteen hosts', () => {
    const hosts = Array.from({ length: 16 }, (_, index) => `db${index}`);
    const list = hosts.map((host) => `'${host}'`).join(', ');
    const source = wrapped(COMPLETE.replace("'h'", `[${list}]`)).replace('class', "define('A', 1); class");

    expect(parseConfigDb(source).hosts).toEqual(hosts);
  });

  it('keeps every character of a password, in UTF-8 or percent encoding', () => {
    const passwordOf = (written: string) =>
      parseConfigDb(wrapped(COMPLETE.replace("'p'", `'${written}'`))).password.reveal();

    expect(passwordOf('é%C3%A9')).toBe('éé');
    expect(passwordOf('%EF%BB%BFp')).toBe('\ufeffp');
    expect(passwordOf('')).toBe('');
  });

  it('of a replica is read and written as the class DBSlave', () => {
    const source = `<?php
class DBSlave extends DBmysql {
   public $slave = true;
   public $dbhost = array(
  0 => 'slave1',
  1 => 'slave2:3307',
);
   public $dbuser = 'u';
   public $dbpassword = 'p';
   public $dbdefault = 'd';
   public $use_utf8mb4 = true;
}
`;

    const settings = parseConfigDb(source);

    expect(settings.replica).toBe(true);
    expect(settings.hosts).toEqual(['slave1', 'slave2:3307']);
    expect(formatConfigDb(settings, '10.0.17')).toBe(source);
  });

  it('gives back whatever was written into it', () => {
    // What PHP, percent encoding and UTF-8 treat in a way of their own, and anything else.
    const unit = fc.oneof(
      fc.constantFrom(...'\\\'"$%&+{}?>/*# \n\r\0aé🔑'),
      fc.string({ unit: 'binary', maxLength: 1 }),
    );
    const text = fc.string({ unit });
    const filled = text.filter((each) => each !== '');
    const flag = fc.oneof(text, fc.boolean(), fc.integer(), fc.constant(null));
    const settings = fc.record(
      {
        hosts: fc.array(filled, { minLength: 1, maxLength: 3 }),
        user: text,
        password: text,
        schema: filled,
        flags: fc.dictionary(fc.stringMatching(/^(use|allow)_[a-z0-9]+$/), flag),
        ssl: fc.record({ key: text, cert: text, ca: text, caPath: text, cipher: text }, { requiredKeys: [] }),
        replica: fc.constant(true as const),
      },
      { requiredKeys: ['hosts', 'user', 'password', 'schema', 'flags'] },
    );

    fc.assert(
      fc.property(settings, fc.constantFrom('9.5.6', '10.0.17', '11.0.6', ''), (given, version) => {
        const written = formatConfigDb({ ...given, password: new Secret(given.password) }, version);

        expect(shown(parseConfigDb(written))).toEqual({ ...given, flags: { ...given.flags } });
      }),
    );
  });
});

describe('a config_db.php that cannot be used', () => {
  it.each([
    ['', 'is empty'],
    [' \n\n', 'is empty'],
    ['class DB extends DBmysql {}', 'is not PHP'],
    ['<html><?php', 'is not PHP'],
    ['<?php\n', 'ends in the middle (line 2)'],
    ["<?php\nclass DB extends DBmysql {\n   public $dbhost = 'loc", 'ends in the middle of a text'],
    ['<?php\nclass DB extends DBmysql {\n   public $dbhost =', 'ends in the middle (line 3)'],
    [`<?php class DB extends DBmysql { ${COMPLETE}`, 'ends in the middle'],
    [`<?php // a closing tag ends a comment ?>\n${wrapped(COMPLETE).slice(6)}`, 'holds other PHP than the class DB'],
    ["<?php\necho 'hello';", 'holds other PHP than the class DB (line 2)'],
    ['<?php class Other extends DBmysql {}', 'holds another class than DB'],
    ['<?php class DBtest extends DBmysql {}', 'holds another class than DB'],
    ['<?php class DB extends PDO {}', 'not a DBmysql'],
    [wrapped('public $dbhost = getenv("DB_HOST");'), 'computes a value'],
    [wrapped('public $dbhost = "$host";'), 'computes a value'],
    [wrapped("public $dbhost = 'a' . 'b';"), 'does not go on with ";"'],
    [wrapped(`${COMPLETE} function __construct() { parent::__construct(); }`), 'more than public properties'],
    [wrapped("private $dbhost = 'h';"), 'more than public properties'],
    [`${wrapped(COMPLETE)} $DB = new DB();`, 'holds other PHP behind the class DB (line 5)'],
    [wrapped(COMPLETE.replace('public $dbhost', 'public $host')), 'lacks $dbhost'],
    [wrapped(COMPLETE.replace('dbpassword', 'dbpass')), 'lacks $dbpassword'],
    [wrapped(COMPLETE.replace("'d'", "''")), 'empty $dbdefault'],
    [wrapped(COMPLETE.replace("'h'", 'array()')), 'empty $dbhost'],
    [wrapped(COMPLETE.replace("'h'", "['h', '']")), 'empty $dbhost'],
    [wrapped(COMPLETE.replace("'h'", '[3306]')), '$dbhost that is no text'],
    [wrapped(COMPLETE.replace("'h'", "['h', 3306]")), '$dbhost that is no text'],
    [wrapped(COMPLETE.replace("'h'", 'null')), 'lacks $dbhost'],
    [wrapped(COMPLETE.replace("'u'", 'null')), 'lacks $dbuser'],
    [wrapped(`${COMPLETE} public ;`), 'more than public properties'],
    [`${wrapped(COMPLETE)}?> text`, 'holds other PHP behind the class DB'],
    [wrapped(COMPLETE.replace("'u'", 'true')), '$dbuser that is no text'],
    [wrapped(COMPLETE + COMPLETE), 'has $dbhost twice'],
    [wrapped(`${COMPLETE} public $x = ['a'];`), '$x that is an array'],
    [wrapped(COMPLETE.replace("'p'", "'%FF'")), '$dbpassword that is not UTF-8'],
  ])('is refused: %j %s', (source, reason) => {
    const failure = failureOf(source);

    expect(failure).toMatchObject({ code: 'config-db-malformed', target: 'config_db.php' });
    expect(failure.message).toContain(reason);
    expect(failure.try).toContain('KEYKEEPER_DATABASE');
  });

  it('is refused wherever it is cut off, without a word of it in the error', () => {
    const secret = 'Hush%20now';
    const source = wrapped(COMPLETE.replace("'p'", `'${secret}'`)).trimEnd();

    for (let length = 0; length < source.length; length += 1) {
      const failure = failureOf(source.slice(0, length));

      expect(failure.message).not.toContain('Hush');
    }
  });
});

describe('a database host', () => {
  it.each([
    ['db', { kind: 'tcp', host: 'db', port: 3306 }],
    ['db:3307', { kind: 'tcp', host: 'db', port: 3307 }],
    ['127.0.0.1:33306', { kind: 'tcp', host: '127.0.0.1', port: 33306 }],
    ['db:', { kind: 'tcp', host: 'db', port: 3306 }],
    ['db:65535', { kind: 'tcp', host: 'db', port: 65535 }],
    ['db:65536', { kind: 'tcp', host: 'db', port: 3306 }],
    ['db:0', { kind: 'tcp', host: 'db', port: 3306 }],
    ['db:-1', { kind: 'tcp', host: 'db', port: 3306 }],
    ['[fd00::2]:x', { kind: 'tcp', host: '[fd00::2]:x', port: 3306 }],
    ['x[fd00::2]', { kind: 'tcp', host: 'x[fd00::2]', port: 3306 }],
    ['db:99999', { kind: 'tcp', host: 'db', port: 3306 }],
    ['localhost:/run/mysqld/mysqld.sock', { kind: 'socket', path: '/run/mysqld/mysqld.sock' }],
    [':/run/db:1/s.sock', { kind: 'socket', path: '/run/db:1/s.sock' }],
    ['/run/mysqld/mysqld.sock', { kind: 'socket', path: '/run/mysqld/mysqld.sock' }],
    ['::1', { kind: 'tcp', host: '::1', port: 3306 }],
    ['[fd00::2]:3307', { kind: 'tcp', host: 'fd00::2', port: 3307 }],
    ['[fd00::2]', { kind: 'tcp', host: 'fd00::2', port: 3306 }],
  ])('%s is where GLPI looks for it', (host, address) => {
    expect(hostAddress(host)).toEqual(address);
  });
});

describe('a config_db.php made to hurt its reader', () => {
  it.each([
    ['brackets without end', `public $dbhost = ${'['.repeat(60_000)}`, 'nests arrays deeper'],
    ['arrays without end', `public $dbhost = ${'array('.repeat(10_000)}`, 'nests arrays deeper'],
    ['hosts without end', COMPLETE.replace("'h'", `[${"'h',".repeat(15_000)}]`), 'names more than 16 hosts in $dbhost'],
  ])('with %s is refused', (_, properties, why) => {
    expect(failureOf(wrapped(properties))).toMatchObject({
      code: 'config-db-malformed',
      message: expect.stringContaining(why),
    });
  });
});
