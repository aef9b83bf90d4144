import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/core/secret.ts';
import { formatConfigDb } from '../../../src/glpi/format-config-db.ts';
import { type DoctorDocument, doctorSchema } from '../../../src/report/doctor-document.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { startTcpProxy } from '../../stand-in/mariadb/tcp-proxy.ts';
import { type NetworkDouble, startNetworkDouble } from '../../stand-in/network/network-double.ts';
import { available } from '../../stand-in/require.ts';
import { type CliEnvironment, environmentOf, resultOf, runCli, startCli } from '../cli/run-cli.ts';
import { type ScratchInstance, scratchInstance } from '../keeper/scratch-instance.ts';
import { sealedSchema, sealLikeGlpi } from '../keeper/sealed-schema.ts';
import { questionsTo, registeredInstance } from '../registration/registered-instance.ts';

describe.skipIf(!(await available('mariadb')))('doctor on a real database', () => {
  let mariadb: Mariadb;
  let double: NetworkDouble;

  beforeAll(async () => {
    mariadb = await startMariadb();
    double = await startNetworkDouble();
  });

  afterEach(() => double.reset());

  afterAll(async () => {
    await double[Symbol.asyncDispose]();
    await mariadb.stop();
  });

  it('names the secret that no key opens by table, column and id, and leaves it as it is', async () => {
    const key = randomBytes(32);
    const schema = await sealedSchema(mariadb, key);
    const dead = sealLikeGlpi('of another key', randomBytes(32));
    const client = await mariadb.connect({ schema });
    await client.query('INSERT INTO glpi_mailcollectors SET id = 7, passwd = ?', [dead]);
    using instance = scratchInstance(mariadb, schema);
    instance.put('glpicrypt.key', key);
    await instance.keeper('guard').reconcile(AbortSignal.timeout(20_000));
    const before = await (await instance.openVault()).list();

    const { details } = await doctor(environmentOf(instance), '--only', 'database,key,vault');

    const [rows] = await client.query('SELECT passwd FROM glpi_mailcollectors WHERE id = 7');
    await client.end();
    expect(troublesOf(details, 'secrets-open')).toMatchObject([
      { level: 'warning', evidence: ['glpi_mailcollectors.passwd #7'] },
    ]);
    expect(outcomeOf(details, 'key-fits')).toBe('ok');
    expect(rows).toEqual([{ passwd: dead }]);
    expect(await (await instance.openVault()).list()).toEqual(before);
  });

  it('calls a database that falls silent in the middle an error, and does not wait for it', async () => {
    const key = randomBytes(32);
    const schema = await sealedSchema(mariadb, key);
    using instance = scratchInstance(mariadb, schema);
    await using proxy = await startTcpProxy(mariadb);
    pointAt(instance, proxy.dbhost, mariadb.rootPassword, schema);
    instance.put('glpicrypt.key', key);
    const child = startCli(['doctor', '--json'], environmentOf(instance));
    while (proxy.openConnections() === 0 && child.exitCode === null) await sleep(2);
    proxy.freeze();

    const { stdout, exitCode } = await resultOf(child);

    const { details } = doctorSchema.parse(JSON.parse(stdout)) as DoctorDocument;
    expect(outcomeOf(details, 'database-answers')).toBe('error');
    expect(outcomeOf(details, 'files-regular')).toBe('ok');
    expect(outcomeOf(details, 'secrets-open')).toBe('skipped');
    expect(exitCode).not.toBe(0);
  });

  it('finds GLPI Network without sending the key, and says what is in the way', async () => {
    using registered = await registeredInstance(mariadb, double);

    const reached = await doctor(registered.environment, '--only', 'network,registration');
    double.set({ certificate: 'expired' });
    const refused = await doctor(registered.environment, '--only', 'network');

    expect(outcomeOf(reached.details, 'network-way')).toBe('ok');
    expect(outcomeOf(reached.details, 'clock-right')).toBe('ok');
    expect(troublesOf(refused.details, 'network-way')).toMatchObject([
      { level: 'warning', evidence: [expect.stringContaining('tls-expired')] },
    ]);
    expect(double.record.requests).not.toEqual([]);
    expect(questionsTo(double)).toEqual([]);
  });

  it('asks nothing outside where that is switched off', async () => {
    using registered = await registeredInstance(mariadb, double);
    const environment = { ...registered.environment, KEYKEEPER_REGISTRATION_VALIDATE: 'off' };

    const { details } = await doctor(environment, '--only', 'network');

    expect(outcomeOf(details, 'network-way')).toBe('skipped');
    expect(double.record.connections).toBe(0);
  });
});

describe('doctor where nothing answers', () => {
  it('is done all the same, with the database and the engine among what it says', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'keykeeper-silence-'));
    const socket = join(folder, 'docker.sock');
    const [database, engine] = [await silent(0), await silent(socket)];
    using instance = scratchInstance(null, '');
    instance.put('glpicrypt.key', randomBytes(32));
    const { port } = database.address() as AddressInfo;

    const { details, exitCode } = await doctor({
      ...environmentOf(instance),
      KEYKEEPER_PLATFORM: 'docker',
      DOCKER_HOST: `unix://${socket}`,
      KEYKEEPER_DATABASE: `mysql://glpi@127.0.0.1:${port}/glpi`,
      KEYKEEPER_DATABASE_PASSWORD: 'x',
    });

    for (const each of [database, engine]) each.close();
    rmSync(folder, { recursive: true });
    expect(outcomeOf(details, 'database-answers')).toBe('error');
    expect(outcomeOf(details, 'container-found')).toBe('warning');
    expect(outcomeOf(details, 'gate-in-front')).toBe('skipped');
    expect(details.checks.some((each) => each.outcome === 'ok')).toBe(true);
    expect(exitCode).not.toBe(0);
  });
});

async function doctor(environment: CliEnvironment, ...options: string[]): Promise<DoctorDocument> {
  const { stdout } = await runCli(['doctor', '--json', ...options], environment);
  return doctorSchema.parse(JSON.parse(stdout)) as DoctorDocument;
}

function outcomeOf({ checks }: DoctorDocument['details'], code: string) {
  return checks.find((each) => each.code === code)?.outcome;
}

function troublesOf({ checks }: DoctorDocument['details'], code: string) {
  return checks.find((each) => each.code === code)?.troubles;
}

function pointAt(instance: ScratchInstance, host: string, password: string, schema: string): void {
  const settings = { hosts: [host], user: 'root', password: new Secret(password), schema, flags: {} };
  instance.put('config_db.php', formatConfigDb(settings, '10.0.17'));
}

/** Takes connections and says nothing. */
async function silent(where: number | string): Promise<Server> {
  const server = createServer((socket) => socket.on('error', () => socket.destroy()));
  if (typeof where === 'number') server.listen(where, '127.0.0.1');
  else server.listen(where);
  await once(server, 'listening');
  return server;
}
