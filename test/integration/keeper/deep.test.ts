import { randomBytes } from 'node:crypto';
import type { Connection } from 'mysql2/promise';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openValue } from '../../../src/glpi/sealed-value.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { available } from '../../stand-in/require.ts';
import { environmentOf, runCli } from '../cli/run-cli.ts';
import { type ScratchInstance, scratchInstance } from './scratch-instance.ts';
import { sealedSchema, sealLikeGlpi } from './sealed-schema.ts';

const PLACES = [
  { table: 'glpi_configs', column: 'value', context: 'core', name: 'odd' },
  { table: 'phone_lines', column: 'pin' },
  { table: 'phone_lines', column: 'settings', jsonPath: '$.login' },
];

describe.skipIf(!(await available('mariadb')))('sealed values that nobody names', () => {
  let mariadb: Mariadb;
  let key: Buffer;
  let schema: string;
  let root: Connection;
  let instance: ScratchInstance;
  let environment: Readonly<Record<string, string>>;

  beforeAll(async () => {
    mariadb = await startMariadb();
  });

  beforeEach(async () => {
    key = randomBytes(32);
    schema = await sealedSchema(mariadb, key);
    root = await mariadb.connect({ schema });
    await root.query(`CREATE TABLE phone_lines (id int NOT NULL PRIMARY KEY, pin varchar(255), settings text);
      CREATE TABLE phone_pairs (name varchar(20) PRIMARY KEY, secret varchar(255))`);
    await seal(key);
    instance = scratchInstance(mariadb, schema);
    instance.put('glpicrypt.key', key);
    environment = environmentOf(instance);
  });

  afterEach(async () => {
    instance[Symbol.dispose]();
    await root.end();
  });

  afterAll(() => mariadb?.stop());

  async function seal(under: Buffer): Promise<void> {
    const login = JSON.stringify({ host: 'pbx', login: sealLikeGlpi('login', under) });
    await root.query('REPLACE INTO phone_lines VALUES (4, ?, ?)', [sealLikeGlpi('pin', under), login]);
    await root.query("REPLACE INTO glpi_configs (context, name, value) VALUES ('core', 'odd', ?)", [
      sealLikeGlpi('odd', under),
    ]);
  }

  async function plaintexts(under: Buffer): Promise<(string | undefined)[]> {
    const [rows] = await root.query(
      "SELECT pin, JSON_VALUE(settings, '$.login') AS login, (SELECT value FROM glpi_configs WHERE name = 'odd') AS odd FROM phone_lines",
    );
    const [row] = rows as Record<string, string>[];
    return [row?.pin, row?.login, row?.odd].map((value) => openValue(value ?? '', under)?.toString());
  }

  async function escrow(): Promise<string[]> {
    const vault = await instance.openVault();
    const newest = (await vault.list()).generations.at(-1);
    if (newest === undefined) return [];
    return (await vault.escrow(newest)).entries.map(({ reference }) => reference.table);
  }

  it('are shown by status, which remembers nothing', async () => {
    await runCli(['init'], environment);

    const { document, exitCode } = await runCli(['status', '--deep', '--json'], environment);

    expect(exitCode).toBe(0);
    expect(document.details?.deep).toMatchObject({
      places: PLACES.map((place) => ({ ...place, values: 1, remembered: false })),
    });
    expect(document.findings).toContainEqual(
      expect.objectContaining({ code: 'deep-found', try: 'keykeeper capture --deep' }),
    );
    expect(await (await instance.openVault()).record('places')).toEqual({ kind: 'absent' });
  });

  it('are remembered by capture, tested from then on, and kept in the escrow', async () => {
    await runCli(['init'], environment);

    const before = await runCli(['status', '--json'], environment);
    const { document } = await runCli(['capture', '--deep', '--json'], environment);
    const after = await runCli(['status', '--json'], environment);

    expect(document.details?.deep).toMatchObject({
      places: PLACES.map((place) => ({ ...place, values: 1, remembered: true })),
    });
    expect(await (await instance.openVault()).record('places')).toEqual({ kind: 'present', value: PLACES });
    expect([before, after].map((each) => each.document.canary?.tested)).toEqual([1, 4]);
    expect((await escrow()).sort()).toEqual(['glpi_configs', 'glpi_configs', 'phone_lines', 'phone_lines']);
  });

  it('move at the gate to the key that is live, JSON and all', async () => {
    await runCli(['capture', '--deep'], environment);
    const rotated = randomBytes(32);
    await root.query("UPDATE glpi_configs SET value = ? WHERE name = 'smtp_passwd'", [sealLikeGlpi('moved', rotated)]);
    instance.put('glpicrypt.key', rotated);

    const { document } = await runCli(['init', '--json'], environment);

    expect(document).toMatchObject({ verdict: 'mixed', verdictAfter: 'sound', exitCode: 0 });
    expect(await plaintexts(rotated)).toEqual(['pin', 'login', 'odd']);
  });

  it('are named where they cannot be kept', async () => {
    await root.query("INSERT INTO phone_pairs VALUES ('a', ?)", [sealLikeGlpi('pair', key)]);

    const { document } = await runCli(['capture', '--deep', '--json'], environment);

    const named = document.findings.filter(({ code }) => code === 'deep-unsupported');
    expect(named.map(({ target }) => target)).toEqual(['phone_pairs.secret']);
    expect(await (await instance.openVault()).record('places')).toEqual({ kind: 'present', value: PLACES });
  });

  it('are forgotten without harm when their column goes, and when the record makes no sense', async () => {
    await runCli(['capture', '--deep'], environment);
    await root.query('ALTER TABLE phone_lines DROP COLUMN pin');

    const gone = await runCli(['init', '--json'], environment);
    await (await instance.openVault()).keepRecord('places', [{ table: 'a?b', column: '' }], { confidential: false });
    const odd = await runCli(['init', '--json'], environment);

    expect(gone.document).toMatchObject({ verdict: 'sound', exitCode: 0, canary: { tested: 3 } });
    expect(odd.document).toMatchObject({ verdict: 'sound', exitCode: 0, canary: { tested: 1 } });
    expect(odd.document.findings.map(({ code }) => code)).toContain('generation-damaged');
  });

  it('are not looked for where no database answers, and that is said', async () => {
    const silent = { ...environment, KEYKEEPER_DATABASE: 'mysql://glpi@127.0.0.1:1/glpi' };

    const { document, exitCode } = await runCli(['capture', '--deep', '--json'], silent);

    expect(exitCode).toBe(12);
    expect(document.findings.map(({ code }) => code)).toContain('deep-not-searched');
  });

  it('are not looked for together with keys: the usage says in which order', async () => {
    const { exitCode, stderr } = await runCli(['capture', '--deep', '--from', instance.configDir], environment);

    expect(exitCode).toBe(2);
    expect(stderr).toContain('keykeeper capture --from');
  });
});
