import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { type NetworkDouble, startNetworkDouble } from '../../stand-in/network/network-double.ts';
import type { SceneChange } from '../../stand-in/network/scene.ts';
import { available } from '../../stand-in/require.ts';
import { runCli } from '../cli/run-cli.ts';
import { sealLikeGlpi } from '../keeper/sealed-schema.ts';
import { questionsTo, REGISTRATION_KEY, registeredInstance } from './registered-instance.ts';
import { validate } from './run-validate.ts';
import { startWatching } from './watching.ts';

const PROXY_PASSWORD = 'p@ss:of/the proxy';

describe.skipIf(!(await available('mariadb')))('registration validate', () => {
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

  it('asks each time, and says what GLPI Network says', async () => {
    using registered = await registeredInstance(mariadb, double);

    await validate(registered.environment);
    const { document, details, printed } = await validate(registered.environment);

    expect(document.exitCode).toBe(0);
    expect(details).toMatchObject({ verdict: 'valid', owner: 'ACME Lab', subscription: 'Lab subscription' });
    expect(printed).toMatch(/GLPI Network +the key is valid\n/);
    expect(questionsTo(double)).toHaveLength(2);
  });

  it.each<[string, SceneChange, number, string]>([
    ['a refused key', { otherwise: { kind: 'invalid' } }, 20, 'registration-key-invalid'],
    ['the key of another instance', { otherwise: { kind: 'other-instance' } }, 20, 'registration-key-other-instance'],
    ['a subscription that is over', { otherwise: { kind: 'expired' } }, 20, 'registration-subscription-not-running'],
    ['a filter', { fault: { kind: 'status', status: 403 } }, 21, 'registration-filtered'],
    ['an expired certificate', { certificate: 'expired' }, 21, 'registration-tls-expired'],
  ])('tells %s by code and exit code, and changes no row', async (_, scene, exitCode, code) => {
    using registered = await registeredInstance(mariadb, double);
    const row = await registered.row();
    double.set(scene);

    const { document, printed } = await validate(registered.environment);

    expect(document.exitCode).toBe(exitCode);
    expect(document.findings[0]).toMatchObject({ code, severity: 'error' });
    expect(printed).toContain('Try: ');
    expect(printed).not.toContain(REGISTRATION_KEY);
    expect(await registered.row()).toEqual(row);
  });

  it('tells of a valid key that its subscription ends soon, and that the clock here is wrong', async () => {
    using registered = await registeredInstance(mariadb, double);
    const hourAgo = new Date(Date.now() - 3_600_000).toUTCString();
    double.set({ otherwise: { kind: 'valid', days: 10 }, date: hourAgo });

    const { document, details, printed } = await validate(registered.environment);

    expect(document.exitCode).toBe(0);
    expect(details).toMatchObject({ verdict: 'valid', daysLeft: 10 });
    expect(document.findings.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['registration-ends-soon', 'registration-clock-skew']),
    );
    expect(printed).toMatch(/subscription +Lab subscription, until \d{4}-\d\d-\d\d \(10 days left\)/);
    expect(printed).toContain('the clock of this machine was 60 minutes ahead of');
  });

  it("takes GLPI's own proxy, with the password that GLPI sealed", async () => {
    using registered = await registeredInstance(mariadb, double);
    double.set({ proxy: { user: 'glpi', password: PROXY_PASSWORD } });
    await registered.query('REPLACE INTO glpi_configs (context, name, value) VALUES ?', [
      [
        ['core', 'proxy_name', '127.0.0.1'],
        ['core', 'proxy_port', String(double.proxyPort)],
        ['core', 'proxy_user', 'glpi'],
        ['core', 'proxy_passwd', sealLikeGlpi(PROXY_PASSWORD, registered.securityKey)],
      ],
    ]);

    const { document, details, printed } = await validate(registered.environment);

    expect(document.exitCode).toBe(0);
    expect(details.request).toMatchObject({ proxy: `127.0.0.1:${double.proxyPort}`, proxyFrom: "GLPI's settings" });
    expect(double.record.tunnels.map(({ password }) => password)).toEqual(['right']);
    expect(printed + JSON.stringify(document)).not.toContain(PROXY_PASSWORD);
  });

  it('with --dry-run shows the question without the key, and lets nothing leave', async () => {
    using registered = await registeredInstance(mariadb, double);

    const { document, details, printed } = await validate(registered.environment, { dryRun: true });

    expect(document).toMatchObject({ exitCode: 0, dryRun: true });
    expect(details.verdict).toBe('not-asked');
    expect(printed).toContain(`would ask         https://localhost:${double.port}/api/registration/info`);
    expect(printed).toContain('X-Registration-Key: [redacted]');
    expect(double.record.connections).toBe(0);
  });

  it('refuses where nothing may leave', async () => {
    using registered = await registeredInstance(mariadb, double);
    const environment = { ...registered.environment, KEYKEEPER_REGISTRATION_VALIDATE: 'off' };

    const refused = await runCli(['registration', 'validate'], environment);

    expect(refused.exitCode).toBe(11);
    expect(refused.stderr).toContain('KEYKEEPER_REGISTRATION_VALIDATE is off');
    expect(double.record.connections).toBe(0);
  });

  it('says that there is no key, no uid, or no database', async () => {
    using registered = await registeredInstance(mariadb, double);
    await registered.query("DELETE FROM glpi_configs WHERE name = 'glpi_network_uuid'");
    const nameless = await validate(registered.environment);
    await registered.query("DELETE FROM glpi_configs WHERE name = 'glpinetwork_registration_key'");
    const keyless = await validate(registered.environment);
    await registered.query(`DROP DATABASE ${registered.schema}`);
    const silent = await validate(registered.environment);

    expect([nameless, keyless].map(({ document }) => document.exitCode)).toEqual([20, 20]);
    expect(nameless.document.findings[0]?.code).toBe('registration-uid-missing');
    expect(keyless.document.findings[0]?.code).toBe('registration-key-absent');
    expect(silent.document.exitCode).toBe(12);
    expect(double.record.connections).toBe(0);
  });

  it('is known to a watch that runs beside, which asks no more for it', async () => {
    using registered = await registeredInstance(mariadb, double);
    const watching = startWatching(registered.environment);
    await watching.until(({ registration }) => registration.verdict === 'valid');

    double.set({ otherwise: { kind: 'invalid', message: 'Revoked.' } });
    await validate(registered.environment);
    const status = await watching.until(({ registration }) => registration.verdict === 'invalid');
    await watching.stop();

    expect(status.registration.message).toBe('Revoked.');
    expect(questionsTo(double)).toHaveLength(2);
  });
});
