import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { type NetworkDouble, startNetworkDouble } from '../../stand-in/network/network-double.ts';
import { sha256 } from '../../stand-in/network/record.ts';
import { available } from '../../stand-in/require.ts';
import { sealLikeGlpi } from '../keeper/sealed-schema.ts';
import { questionsTo, REGISTRATION_KEY, registeredInstance, UID } from './registered-instance.ts';
import { startWatching } from './watching.ts';

describe.skipIf(!(await available('mariadb')))('a watch beside a GLPI with a registration key', () => {
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

  it('asks about it once, as GLPI does, and not again after a restart', async () => {
    using registered = await registeredInstance(mariadb, double);
    const first = startWatching(registered.environment);
    const status = await first.until(({ registration }) => registration.verdict === 'valid');
    const metrics = await first.get('/metrics');
    await first.stop();

    const second = startWatching(registered.environment);
    const again = await second.until(({ registration }) => registration.verdict === 'valid');
    await second.stop();

    const [question, ...more] = questionsTo(double);
    expect(more).toEqual([]);
    expect(question).toMatchObject({ path: '/api/registration/info', keySha256: sha256(REGISTRATION_KEY) });
    expect(Object.fromEntries(question?.headers ?? [])).toMatchObject({
      'User-Agent': 'GLPI/10.0.17 (installation-mode:DOCKER)',
      'X-Glpi-Network-Uid': UID,
    });
    expect(status.registration).toMatchObject({ validate: 'on', owner: 'ACME Lab', trouble: null });
    expect(status.healthy).toBe(true);
    expect(again.registration.answeredAt).toBe(status.registration.answeredAt);
    expect(metrics).toContain('keykeeper_registration_valid 1');
    expect(metrics).toContain('keykeeper_registration_requests_total 1');
  });

  it('asks again when the row is written anew, and when the security key came back', async () => {
    using registered = await registeredInstance(mariadb, double);
    const watching = startWatching(registered.environment);
    await watching.until(({ registration }) => registration.verdict === 'valid');

    double.set({ otherwise: { kind: 'invalid', message: 'No such key.' } });
    const anew = sealLikeGlpi(REGISTRATION_KEY, registered.securityKey);
    await registered.query("UPDATE glpi_configs SET value = ? WHERE name = 'glpinetwork_registration_key'", [anew]);
    const refused = await watching.until(({ registration }) => registration.verdict === 'invalid');
    double.set({ otherwise: { kind: 'valid' } });
    rmSync(registered.instance.keyPath);
    await watching.until(({ registration }) => registration.verdict === 'valid');
    await watching.stop();

    expect(refused.healthy).toBe(true);
    expect(refused.findings.map(({ code }) => code)).toContain('registration-key-invalid');
    expect(questionsTo(double)).toHaveLength(3);
  });

  it.each([
    ['a filter', { fault: { kind: 'status', status: 403 } as const }, 'filtered'],
    ['a foreign certificate', { certificate: 'interception' } as const, 'tls-untrusted'],
    ['nobody who answers', { connection: 'cut' } as const, 'connection-lost'],
  ])('keeps row and answer, and stays healthy, when %s comes in between', async (_, misfortune, code) => {
    using registered = await registeredInstance(mariadb, double);
    const row = await registered.row();
    const watching = startWatching(registered.environment);
    const good = await watching.until(({ registration }) => registration.verdict === 'valid');

    double.set(misfortune);
    const anew = sealLikeGlpi(REGISTRATION_KEY, registered.securityKey);
    await registered.query("UPDATE glpi_configs SET value = ? WHERE name = 'glpinetwork_registration_key'", [anew]);
    const failing = await watching.until(({ registration }) => registration.trouble !== null);
    await watching.stop();

    expect(failing.registration).toMatchObject({ verdict: 'valid', answeredAt: good.registration.answeredAt });
    expect(failing.registration.trouble?.code).toBe(code);
    expect(failing.findings.map((each) => each.code)).toContain(`registration-${code}`);
    expect(failing.healthy).toBe(true);
    expect(await registered.row()).toEqual([{ value: anew }]);
    expect(row).not.toEqual([{ value: anew }]);
  });

  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'does not ask again after %s in the middle of a question, for that may have been heard',
    async (signal) => {
      using registered = await registeredInstance(mariadb, double);
      double.set({ fault: { kind: 'silent' } });
      const first = startWatching(registered.environment);
      while (questionsTo(double).length === 0) await sleep(20);
      await first.stop(signal);

      const second = startWatching(registered.environment);
      const { registration } = await second.until(({ registration: { askedAt } }) => askedAt !== null);
      await second.until(({ lastTrigger }) => lastTrigger === 'timer');
      await second.stop();

      expect(questionsTo(double)).toHaveLength(1);
      expect(registration).toMatchObject({ verdict: null, trouble: null });
    },
  );

  it('lets nothing leave where it is switched off', async () => {
    using registered = await registeredInstance(mariadb, double);
    const environment = { ...registered.environment, KEYKEEPER_REGISTRATION_VALIDATE: 'off' };
    const watching = startWatching(environment);

    const status = await watching.until(({ canary }) => (canary?.opened ?? 0) >= 2);
    await watching.stop();

    expect(double.record.connections).toBe(0);
    expect(status.registration).toMatchObject({ validate: 'off', verdict: null });
    expect(status.findings.filter(({ code }) => code.startsWith('registration-'))).toEqual([]);
  });
});
