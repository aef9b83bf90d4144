import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/core/secret.ts';
import { formatConfigDb } from '../../../src/glpi/format-config-db.ts';
import { startCatchingServer } from '../../stand-in/mariadb/catching-server.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { available } from '../../stand-in/require.ts';
import { environmentOf, runCli } from '../cli/run-cli.ts';
import { runWatch } from '../keeper/run-watch.ts';
import { type ScratchInstance, scratchInstance } from '../keeper/scratch-instance.ts';
import { sealedSchema } from '../keeper/sealed-schema.ts';

const TWIN = join(import.meta.dirname, 'naive-twin.ts');
const COMMANDS = [
  ['init'],
  ['status'],
  ['capture'],
  ['restore'],
  ['rescue', '--yes'],
  ['accept', '--yes'],
  ['rotate', '--yes'],
  ['drill'],
  ['registration', 'show'],
  ['registration', 'validate'],
];

describe.skipIf(!(await available('mariadb')))('a config_db.php that names another host', () => {
  let mariadb: Mariadb;
  let key: Buffer;
  let schema: string;
  beforeAll(async () => {
    mariadb = await startMariadb();
    key = randomBytes(32);
    schema = await sealedSchema(mariadb, key, 'a password');
  });
  afterAll(async () => {
    await mariadb.stop();
  });

  it('catches the password of a script that asks whatever host the file names', async () => {
    await using catcher = await startCatchingServer();
    using instance = prepared();
    instance.put('config_db.php', naming(catcher.dbhost));

    await promisify(execFile)(process.execPath, [TWIN, 'check', instance.configDir], {
      env: { GLPI_DB_PASSWORD: mariadb.rootPassword },
    });

    expect(catcher.caught(mariadb.rootPassword)).toBe(true);
  });

  it('is not even connected to by any command', async () => {
    await using catcher = await startCatchingServer();
    using instance = await adopted();
    instance.put('config_db.php', naming(catcher.dbhost));

    for (const args of COMMANDS) await runCli(args, environmentOf(instance));
    const { document, exitCode } = await runCli(['init', '--json'], environmentOf(instance));

    expect(catcher.connections()).toBe(0);
    expect({ exitCode, gate: document.gate, actions: document.actions }).toEqual({
      exitCode: 11,
      gate: 'blocked',
      actions: [],
    });
    expect(document.findings).toMatchObject([{ code: 'other-database', severity: 'error', target: 'address' }]);
    expect(document.findings[0]?.message).toContain(catcher.dbhost);
  });

  it('beside the right one is not followed either', async () => {
    await using catcher = await startCatchingServer();
    using instance = await adopted();
    instance.put('config_db.php', naming(mariadb.dbhost, catcher.dbhost));

    const { exitCode } = await runCli(['init'], environmentOf(instance));

    expect([exitCode, catcher.connections()]).toEqual([11, 0]);
  });

  it('gets nothing from a watch', async () => {
    await using catcher = await startCatchingServer();
    using instance = await adopted();
    await using watch = runWatch(instance.keeper('guard'));
    await watch.until(({ result }) => result.after.judgement.verdict === 'sound');

    instance.put('config_db.php', naming(catcher.dbhost));
    await watch.until(({ result }) => result.after.judgement.elsewhere !== null);

    expect(catcher.connections()).toBe(0);
  });

  it.each([
    ['a person adopts it', ['restore', '--adopt'], {}],
    ['KEYKEEPER_DATABASE names it', ['init'], { KEYKEEPER_DATABASE: 'setting' }],
    ["the image's own variables name it", ['init'], { GLPI_DB_HOST: 'host' }],
  ] as const)('is followed once %s', async (_, args, how) => {
    await using catcher = await startCatchingServer();
    using instance = await adopted();
    instance.put('config_db.php', naming(catcher.dbhost));
    const [host, port] = catcher.dbhost.split(':') as [string, string];
    const named = 'GLPI_DB_HOST' in how ? variables(host, port) : {};
    const set = 'KEYKEEPER_DATABASE' in how ? { KEYKEEPER_DATABASE: `mysql://root@${catcher.dbhost}/${schema}` } : {};

    await runCli(args, environmentOf(instance, { ...named, ...set }));

    expect(catcher.connections()).toBeGreaterThan(0);
  });

  function prepared(): ScratchInstance {
    const instance = scratchInstance(mariadb, schema);
    instance.put('glpicrypt.key', key);
    return instance;
  }

  /** Its vault knows which database it belongs to. */
  async function adopted(): Promise<ScratchInstance> {
    const instance = prepared();
    expect(await runCli(['init'], environmentOf(instance))).toMatchObject({ exitCode: 0 });
    return instance;
  }

  function naming(...hosts: string[]): string {
    const password = new Secret(mariadb.rootPassword);
    return formatConfigDb({ hosts, user: 'root', password, schema, flags: {} }, '10.0.17');
  }

  function variables(host: string, port: string) {
    return {
      GLPI_DB_HOST: host,
      GLPI_DB_PORT: port,
      GLPI_DB_NAME: schema,
      GLPI_DB_USER: 'root',
      GLPI_DB_PASSWORD: mariadb.rootPassword,
    };
  }
});
