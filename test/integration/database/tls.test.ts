import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../../src/glpi/database/open-database.ts';
import type { DatabaseTarget } from '../../../src/glpi/database/target.ts';
import { databaseTarget } from '../../stand-in/mariadb/database-target.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { available } from '../../stand-in/require.ts';
import { openOrFail } from './open-or-fail.ts';

const runnable = await available('mariadb');
const PASSWORD = 'of the tls user';

describe.skipIf(!runnable)('openDatabase and TLS', () => {
  let folder: string;
  let offering: Mariadb;
  let plain: Mariadb;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keykeeper-tls-'));
    chmodSync(folder, 0o755);
    certificate('server');
    certificate('stranger');
    offering = await startMariadb({ tls: { cert: join(folder, 'server.pem'), key: join(folder, 'server.key') } });
    plain = await startMariadb({ settings: ['--skip-ssl'] });
    for (const server of [offering, plain]) await server.createSchema('glpi');
    const root = await offering.connect();
    await root.query(
      `CREATE USER sealed@'%' IDENTIFIED BY '${PASSWORD}' REQUIRE SSL; GRANT SELECT ON glpi.* TO sealed@'%'`,
    );
    await root.end();
  });

  afterAll(async () => {
    await offering?.stop();
    await plain?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  function certificate(name: string): void {
    const files = ['-keyout', join(folder, `${name}.key`), '-out', join(folder, `${name}.pem`)];
    const subject = ['-subj', `/CN=${name}`, '-days', '2', '-nodes', '-newkey', 'rsa:2048', '-x509'];
    execFileSync('openssl', ['req', ...subject, ...files], { stdio: 'ignore' });
    chmodSync(join(folder, `${name}.key`), 0o644);
  }

  async function reasonOf(target: DatabaseTarget): Promise<string> {
    const outcome = await openDatabase(target, { connectTimeout: 10_000 });
    if (outcome.kind === 'open') throw new Error('expected it not to open');
    return outcome.reason;
  }

  it('opens over TLS with a certificate that the given CA vouches for', async () => {
    const target = { ...databaseTarget(offering, 'glpi'), ssl: { ca: join(folder, 'server.pem') } };

    await using database = await openOrFail(target);

    expect(await database.otherSessions()).toBe(0);
  });

  it('refuses a certificate that the given CA does not know', async () => {
    const target = { ...databaseTarget(offering, 'glpi'), ssl: { ca: join(folder, 'stranger.pem') } };

    expect(await reasonOf(target)).toBe('tls');
  });

  it('takes the CAs from a directory as well', async () => {
    await using database = await openOrFail({ ...databaseTarget(offering, 'glpi'), ssl: { caPath: folder } });

    expect(await database.identify()).toMatchObject({ glpi: false });
  });

  it('tells where a file or a list of ciphers is not one, instead of connecting unverified', async () => {
    const key = join(folder, 'server.key');
    const target = databaseTarget(offering, 'glpi');

    expect(await reasonOf({ ...target, ssl: { ca: key } })).toBe('tls');
    expect(await reasonOf({ ...target, ssl: { cert: key, key } })).toBe('tls');
    expect(await reasonOf({ ...target, ssl: { cipher: 'no such cipher' } })).toBe('tls');
  });

  it('tells where the CA file cannot be read', async () => {
    const target = { ...databaseTarget(offering, 'glpi'), ssl: { ca: join(folder, 'absent.pem') } };

    const outcome = await openDatabase(target, { connectTimeout: 10_000 });

    expect(outcome).toMatchObject({ reason: 'tls', message: expect.stringContaining('absent.pem') });
  });

  it('tells where TLS is asked for and the server has none', async () => {
    expect(await reasonOf({ ...databaseTarget(plain, 'glpi'), ssl: {} })).toBe('tls');
  });

  it('opens for a user who must use TLS although the settings say nothing of it', async () => {
    const target = databaseTarget(offering, 'glpi', { user: 'sealed', password: PASSWORD });

    await using database = await openOrFail(target);

    expect(await database.identify()).toMatchObject({ glpi: false });
  });

  it('calls a wrong password a wrong password where TLS is offered', async () => {
    const target = databaseTarget(offering, 'glpi', { user: 'sealed', password: 'wrong' });

    expect(await reasonOf(target)).toBe('access-denied');
  });

  it('opens where the server lets nobody in without TLS', async () => {
    const root = await offering.connect();
    await root.query('SET GLOBAL require_secure_transport = ON');

    await using database = await openOrFail(databaseTarget(offering, 'glpi'));

    expect(await database.identify()).toMatchObject({ glpi: false });
    await root.query('SET GLOBAL require_secure_transport = OFF');
    await root.end();
  });
});
