import { Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  askRegistration,
  exitCodeOfAnswer,
  type RegistrationRequest,
} from '../../../src/glpi/network/ask-registration.ts';
import type { CauseCode } from '../../../src/glpi/network/cause.ts';
import { type NetworkDouble, startNetworkDouble } from '../../stand-in/network/network-double.ts';
import type { SceneChange } from '../../stand-in/network/scene.ts';
import { endpointAt, expectNothingSecret, HERE, question, throughProxy } from './question.ts';

interface Obstacle {
  readonly name: string;
  readonly scene?: SceneChange;
  readonly asked?: (double: NetworkDouble) => Partial<RegistrationRequest>;
  readonly code: CauseCode;
  readonly says: RegExp;
  readonly advises: RegExp;
}

const DAY = 86_400_000;
const NOT_RESOLVED = (code: string) => async () => Promise.reject(Object.assign(new Error(code), { code }));
const lookingUp = (address: string) => ({ ...HERE, lookup: async () => [{ address, family: 4 }] });
/** A connection to nowhere: its first packet is lost. */
const DROPPED = { ...HERE, dial: () => new Socket() };
const proxied = (double: NetworkDouble) => ({ proxy: throughProxy(double) });
const elsewhere = (host: string, port: number) => (double: NetworkDouble) => {
  const { settings } = throughProxy(double) as Extract<RegistrationRequest['proxy'], { kind: 'proxy' }>;
  return { proxy: { kind: 'proxy' as const, settings: { ...settings, host, port } } };
};
/** Nothing listens on it: it belongs to a server that is gone. */
const CLOSED_PORT = 1;

const OBSTACLES: readonly Obstacle[] = [
  {
    name: 'a name that is not known',
    asked: () => ({ surroundings: { ...HERE, lookup: NOT_RESOLVED('ENOTFOUND') } }),
    code: 'dns-not-found',
    says: /name services\.glpi-network\.com is not known/,
    advises: /resolv\.conf/,
  },
  {
    name: 'a name server that fails',
    asked: () => ({ surroundings: { ...HERE, lookup: NOT_RESOLVED('EAI_AGAIN') } }),
    code: 'dns-failed',
    says: /cannot be looked up.*EAI_AGAIN/,
    advises: /port 53/,
  },
  {
    name: 'a name server that does not answer',
    asked: () => ({ surroundings: { ...HERE, lookup: () => new Promise<never>(() => {}) }, connectTimeout: 50 }),
    code: 'dns-failed',
    says: /does not answer in time/,
    advises: /DNS server/,
  },
  {
    name: 'a port that is closed',
    asked: () => ({ endpoint: endpointAt(`https://services.glpi-network.com:${CLOSED_PORT}`) }),
    code: 'tcp-refused',
    says: /refuses connections on port 1/,
    advises: /firewall.*port 1/,
  },
  {
    name: 'a firewall that drops packets',
    asked: () => ({ surroundings: DROPPED, connectTimeout: 50 }),
    code: 'tcp-timeout',
    says: /does not answer on port \d+: a firewall/,
    advises: /allow TCP port/,
  },
  {
    name: 'a network without a way out',
    asked: () => ({ surroundings: lookingUp('255.255.255.255') }),
    code: 'tcp-unreachable',
    says: /no way from here/,
    advises: /way to the internet/,
  },
  {
    name: 'a firewall that cuts the TLS handshake',
    scene: { connection: 'cut' },
    code: 'connection-lost',
    says: /cut before anything could be asked/,
    advises: /firewall/,
  },
  {
    name: 'a filter that holds the TLS handshake back',
    scene: { connection: 'silent' },
    asked: () => ({ connectTimeout: 300 }),
    code: 'tls-timeout',
    says: /open, but nobody answers in TLS/,
    advises: /filter/,
  },
  {
    name: 'a portal that speaks plain HTTP',
    scene: { connection: 'plain-http' },
    code: 'tls-handshake',
    says: /does not speak TLS/,
    advises: /portal/,
  },
  {
    name: 'a firewall that reads along',
    scene: { certificate: 'interception' },
    code: 'tls-intercepted',
    says: /intercepted.*"CN=services\.glpi-network\.com".*issued by "CN=Corporate Firewall CA, O=Example Corp"/,
    advises: /mount its CA.*KEYKEEPER_CA_FILE/,
  },
  {
    name: 'a certificate of nobody',
    scene: { certificate: 'self-signed' },
    code: 'tls-untrusted',
    says: /vouches.*"CN=router\.lan"/,
    advises: /KEYKEEPER_CA_FILE/,
  },
  {
    name: 'a relay of our own whose CA is not named',
    asked: ({ port }) => ({ caFile: null, endpoint: endpointAt(`https://relay.example:${port}`) }),
    code: 'tls-untrusted',
    says: /vouches for the certificate of relay\.example.*issued by "CN=Network Double CA, O=Keykeeper Tests"/,
    advises: /KEYKEEPER_CA_FILE/,
  },
  {
    name: 'a certificate for another host',
    scene: { certificate: 'wrong-host' },
    code: 'tls-wrong-host',
    says: /not for services\.glpi-network\.com, but for DNS:www\.example\.org/,
    advises: /getent hosts/,
  },
  {
    name: 'a certificate that has ended',
    scene: { certificate: 'expired' },
    code: 'tls-expired',
    says: /ended on \d{4}-\d\d-\d\d/,
    advises: /renewed/,
  },
  {
    name: 'a certificate that is not valid yet',
    scene: { certificate: 'not-yet-valid' },
    code: 'tls-not-yet-valid',
    says: /not valid before/,
    advises: /wait/,
  },
  {
    name: 'a clock that is ahead',
    scene: { certificate: 'expired', date: new Date(Date.now() - 40 * DAY).toISOString() },
    code: 'clock-skew',
    says: /clock of this machine is 40 days ahead/,
    advises: /clock of the host/,
  },
  {
    name: 'a clock that is behind',
    scene: { certificate: 'not-yet-valid', date: new Date(Date.now() + 40 * DAY).toISOString() },
    code: 'clock-skew',
    says: /clock of this machine is 40 days behind/,
    advises: /clock of the host/,
  },
  {
    name: 'a proxy whose name is not known',
    asked: (double) => ({
      ...elsewhere('proxy.lan', double.proxyPort)(double),
      surroundings: { ...HERE, lookup: NOT_RESOLVED('ENOTFOUND') },
    }),
    code: 'proxy-unreachable',
    says: /proxy proxy\.lan:\d+ cannot be reached: its name/,
    advises: /GLPI's settings/,
  },
  {
    name: 'a proxy that is not there',
    asked: elsewhere('127.0.0.1', CLOSED_PORT),
    code: 'proxy-unreachable',
    says: /127\.0\.0\.1:1 cannot be reached: nothing listens/,
    advises: /GLPI's settings/,
  },
  {
    name: 'a proxy that a firewall hides',
    asked: (double) => ({ ...proxied(double), surroundings: DROPPED, connectTimeout: 50 }),
    code: 'proxy-unreachable',
    says: /it does not answer/,
    advises: /may reach it/,
  },
  {
    name: 'a proxy that wants another password',
    scene: { proxy: { user: 'glpi', password: 'another' } },
    asked: proxied,
    code: 'proxy-password',
    says: /407.*does not accept/,
    advises: /right user and password in GLPI's settings/,
  },
  ...[403, 405, 503].map((status) => ({
    name: `a proxy that refuses CONNECT with ${status}`,
    scene: { proxy: { fault: { status } } },
    asked: proxied,
    code: 'proxy-refuses' as const,
    says: new RegExp(`refuses a way to services\\.glpi-network\\.com port \\d+ \\(${status}\\)`),
    advises: status < 500 ? /allow CONNECT/ : /whoever runs the proxy/,
  })),
  {
    name: 'a proxy that does not answer CONNECT',
    scene: { proxy: { fault: 'silent' } },
    asked: (double) => ({ ...proxied(double), connectTimeout: 300 }),
    code: 'proxy-broken',
    says: /does not answer when asked/,
    advises: /HTTP proxy/,
  },
  {
    name: 'a proxy that closes the connection',
    scene: { proxy: { fault: 'cut' } },
    asked: proxied,
    code: 'proxy-broken',
    says: /cut the connection/,
    advises: /HTTP proxy/,
  },
  {
    name: 'a proxy that is a mail server',
    scene: { proxy: { fault: 'garbage' } },
    asked: proxied,
    code: 'proxy-broken',
    says: /does not speak HTTP/,
    advises: /right port/,
  },
  {
    name: 'a proxy of a kind that cannot be used',
    asked: () => ({
      proxy: {
        kind: 'refused',
        cause: { code: 'proxy-unsupported', message: 'it is a socks5 proxy', try: 'name an HTTP proxy' },
      },
    }),
    code: 'proxy-unsupported',
    says: /socks5/,
    advises: /HTTP proxy/,
  },
  {
    name: 'a CA file without a certificate',
    asked: () => ({ caFile: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n' }),
    code: 'ca-file-unusable',
    says: /no usable certificate/,
    advises: /PEM/,
  },
  {
    name: 'an address with http:// that nobody named on purpose',
    asked: ({ port }) => ({ endpoint: { ...endpointAt(`http://127.0.0.1:${port}`), source: 'environment' } }),
    code: 'endpoint-refused',
    says: /not sent to 127\.0\.0\.1:\d+, for that is not https/,
    advises: /https/,
  },
];

describe('what is in the way to GLPI Network', () => {
  let double: NetworkDouble;

  beforeAll(async () => {
    double = await startNetworkDouble({ names: ['relay.example'] });
  });
  beforeEach(() => double.reset());
  afterAll(() => double[Symbol.asyncDispose]());

  it.each(OBSTACLES)('$name is told as $code, with exit code 21, and the key has not left', async (obstacle) => {
    double.set(obstacle.scene ?? {});

    const answer = await askRegistration(question(double, obstacle.asked?.(double)));

    expect(answer).toMatchObject({ kind: 'failed', cause: { code: obstacle.code } });
    if (answer.kind !== 'failed') return;
    expect(answer.cause.message).toMatch(obstacle.says);
    expect(answer.cause.message).toMatch(/^[a-zT]/);
    expect(answer.cause.try).toMatch(obstacle.advises);
    expect(exitCodeOfAnswer(answer)).toBe(21);
    expect(double.record.requests.filter(({ keySha256 }) => keySha256 !== null)).toEqual([]);
    expectNothingSecret(answer);
  });
});
