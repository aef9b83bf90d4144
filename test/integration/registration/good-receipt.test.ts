import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Receipt } from '../../../src/core/receipt.ts';
import { receiptBookOf } from '../../../src/keeper/receipt-book.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { type NetworkDouble, startNetworkDouble } from '../../stand-in/network/network-double.ts';
import type { Fault, SceneChange } from '../../stand-in/network/scene.ts';
import { available } from '../../stand-in/require.ts';
import { type RegisteredInstance, registeredInstance } from './registered-instance.ts';
import { validate } from './run-validate.ts';

const DAY = 86_400_000;

function answering(status: number, headers: Record<string, string> = {}, body = ''): SceneChange {
  const fault: Fault = { kind: 'status', status, headers, body };
  return { fault };
}

const at = (days: number): string => new Date(Date.now() + days * DAY).toISOString();

const IN_THE_WAY: readonly (readonly [string, SceneChange])[] = [
  ['connection-lost', { connection: 'cut' }],
  ['connection-lost', { fault: { kind: 'drop' } }],
  ['tls-handshake', { connection: 'plain-http' }],
  ['tls-untrusted', { certificate: 'self-signed' }],
  ['tls-wrong-host', { certificate: 'wrong-host' }],
  ['tls-expired', { certificate: 'expired' }],
  ['tls-not-yet-valid', { certificate: 'not-yet-valid' }],
  ['clock-skew', { certificate: 'expired', date: at(-40) }],
  ['answer-cut-off', { fault: { kind: 'cut' } }],
  ['answer-cut-off', { fault: { kind: 'truncated' } }],
  ['answer-too-large', { fault: { kind: 'huge', bytes: 3_000_000 } }],
  ['not-http', { fault: { kind: 'garbage' } }],
  ['not-json', answering(200, {}, '<!DOCTYPE html><title>Welcome</title>')],
  ['unusable-answer', answering(200, { 'content-type': 'application/json' }, '{}')],
  ['redirected', answering(301, { location: '/api/v2/registration/info' })],
  ['captive-portal', answering(302, { location: 'http://portal.hotel.example/' })],
  ['filtered', answering(403)],
  ['rate-limited', answering(429, { 'retry-after': '3600' })],
  ['server-error', answering(503)],
];

const AT_THE_PROXY: readonly (readonly [string, SceneChange])[] = [
  ['proxy-password', { proxy: { user: 'glpi', password: 'another' } }],
  ['proxy-refuses', { proxy: { fault: { status: 403 } } }],
  ['proxy-broken', { proxy: { fault: 'garbage' } }],
];

const FOR_ITSELF: readonly (readonly [string, Record<string, string>])[] = [
  ['tcp-refused', { KEYKEEPER_REGISTRATION_URL: 'https://127.0.0.1:1' }],
  ['proxy-unreachable', { https_proxy: 'http://127.0.0.1:1' }],
  ['proxy-unsupported', { https_proxy: 'socks5://127.0.0.1:1' }],
  ['ca-file-unusable', { KEYKEEPER_CA_FILE: '/dev/null' }],
];

describe.skipIf(!(await available('mariadb')))('a key that GLPI Network has called valid', () => {
  let mariadb: Mariadb;
  let double: NetworkDouble;
  let registered: RegisteredInstance;

  beforeAll(async () => {
    mariadb = await startMariadb();
    double = await startNetworkDouble();
  });

  beforeEach(async () => {
    registered = await registeredInstance(mariadb, double);
  });

  afterEach(() => {
    registered[Symbol.dispose]();
    double.reset();
  });

  afterAll(async () => {
    await double[Symbol.asyncDispose]();
    await mariadb.stop();
  });

  async function receipt(): Promise<Receipt | undefined> {
    return (await receiptBookOf(registered.instance.openVault).read())[0];
  }

  async function expectKept(code: string, scene: SceneChange, change: Record<string, string> = {}): Promise<void> {
    const row = await registered.row();
    await validate(registered.environment);
    const good = await receipt();
    double.set(scene);

    const { document } = await validate({ ...registered.environment, ...change });

    expect(document.exitCode).toBe(21);
    expect(document.findings[0]).toMatchObject({ code: `registration-${code}`, severity: 'error' });
    const kept = await receipt();
    expect(good?.answer?.verdict).toBe('valid');
    expect(kept?.answer).toEqual(good?.answer);
    expect(kept?.trouble?.cause.code).toBe(code);
    expect(await registered.row()).toEqual(row);
  }

  it.each(IN_THE_WAY)('keeps its row and its receipt while there is %s: %j', async (code, scene) => {
    await expectKept(code, scene);
  });

  it.each(AT_THE_PROXY)('keeps its row and its receipt while there is %s: %j', async (code, scene) => {
    await expectKept(code, scene, { https_proxy: `http://glpi:wrong@127.0.0.1:${double.proxyPort}` });
  });

  it.each(FOR_ITSELF)('keeps its row and its receipt while there is %s: %j', async (code, change) => {
    await expectKept(code, {}, change);
  });
});
