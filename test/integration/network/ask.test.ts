import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/core/secret.ts';
import { askRegistration, exitCodeOfAnswer } from '../../../src/glpi/network/ask-registration.ts';
import { probeNetwork } from '../../../src/glpi/network/probe-network.ts';
import { registrationEndpoint } from '../../../src/glpi/network/registration-endpoint.ts';
import { type NetworkDouble, startNetworkDouble } from '../../stand-in/network/network-double.ts';
import { sha256 } from '../../stand-in/network/record.ts';
import {
  endpointAt,
  expectNothingSecret,
  HERE,
  KEY,
  PROXY_PASSWORD,
  question,
  startStranger,
  throughProxy,
  UID,
} from './question.ts';

const HOUR = 3_600_000;

describe('asking GLPI Network', () => {
  let double: NetworkDouble;

  beforeAll(async () => {
    double = await startNetworkDouble();
  });
  beforeEach(() => double.reset());
  afterAll(() => double[Symbol.asyncDispose]());

  it("is GLPI's own request, once, and its answer is read", async () => {
    double.set({ keys: { [sha256(KEY)]: { kind: 'valid', days: 12 } }, otherwise: { kind: 'invalid' } });

    const answer = await askRegistration(question(double));

    expect(answer).toMatchObject({
      kind: 'valid',
      owner: 'ACME Lab',
      subscription: { title: 'Lab subscription', running: true, daysLeft: 12 },
      clockSkew: null,
    });
    expect(exitCodeOfAnswer(answer)).toBe(0);
    expect(double.record.requests).toMatchObject([{ via: 'direct', method: 'GET', path: '/api/registration/info' }]);
    expect(double.record.requests[0]?.headers.slice(-6)).toEqual([
      ['Accept', 'application/json'],
      ['Accept-Language', 'en'],
      ['Content-Type', 'application/json'],
      ['User-Agent', 'GLPI/11.0.6 (installation-mode:DOCKER)'],
      ['X-Registration-Key', `sha256:${sha256(KEY)}`],
      ['X-Glpi-Network-Uid', UID],
    ]);
  });

  it.each([301, 302, 303, 307, 308])(
    'never follows a redirect (%d), neither to itself nor to others',
    async (status) => {
      await using stranger = await startStranger((_request, response) => response.end('{"is_valid":true}'));
      const path = '/api/registration/info';

      for (const location of [`${path}?again`, double.url + path, stranger.url + path]) {
        double.reset();
        double.set({ faults: [{ kind: 'status', status, headers: { location } }] });

        expect((await askRegistration(question(double))).kind).toBe('failed');
        expect(double.record.requests).toHaveLength(1);
      }
      expect(stranger.asked).toBe(0);
    },
  );

  it('tells how far the clock is off, beside the answer', async () => {
    double.set({ date: new Date(Date.now() + 5 * HOUR).toISOString() });

    const answer = await askRegistration(question(double));

    expect(answer).toMatchObject({ kind: 'valid' });
    expect(answer.kind === 'valid' ? Math.round((answer.clockSkew ?? 0) / HOUR) : null).toBe(-5);
  });

  it('goes through a proxy with a password, which sees a tunnel and nothing of the question', async () => {
    double.set({ proxy: { user: 'glpi', password: PROXY_PASSWORD } });

    const answer = await askRegistration(question(double, { proxy: throughProxy(double) }));

    const { requests, tunnels } = double.record;
    const authority = `services.glpi-network.com:${double.port}`;
    expect(answer.kind).toBe('valid');
    expect(requests).toMatchObject([{ via: 'proxy', keySha256: sha256(KEY) }]);
    expect(tunnels).toMatchObject([{ method: 'CONNECT', target: authority, password: 'right' }]);
    expect(tunnels[0]?.headers.map(([name]) => name)).toEqual([
      'Host',
      'User-Agent',
      'Proxy-Connection',
      'Proxy-Authorization',
    ]);
  });

  it('leaves the name to the proxy', async () => {
    const surroundings = { ...HERE, lookup: () => Promise.reject(new Error('nobody may ask')) };

    const answer = await askRegistration(question(double, { proxy: throughProxy(double), surroundings }));

    expect(answer.kind).toBe('valid');
  });

  it('trusts the CA file, and without it nobody who is not trusted by all', async () => {
    double.set({ certificate: 'interception' });

    const caFile = `# ours\n${double.certificates.ca}\n# the firewall's\n${double.certificates.interceptionCa}`;

    expect((await askRegistration(question(double, { caFile }))).kind).toBe('valid');
    expect(await askRegistration(question(double, { caFile: null }))).toMatchObject({
      cause: { code: 'tls-intercepted', certificate: { issuer: 'CN=Corporate Firewall CA, O=Example Corp' } },
    });
  });

  it('goes over http:// where that was named on purpose', async () => {
    await using relay = await startStranger(({ headers }, response) => {
      response.end(JSON.stringify({ is_valid: headers['x-registration-key'] === KEY }));
    });

    expect((await askRegistration(question(double, { endpoint: endpointAt(relay.url) }))).kind).toBe('valid');
  });

  it('does not take JSON that is not UTF-8, as PHP does not', async () => {
    const body = Buffer.from('{"is_valid":true,"owner":{"name":"\xff"}}', 'latin1');
    await using relay = await startStranger((_request, response) => response.end(body));

    expect(await askRegistration(question(double, { endpoint: endpointAt(relay.url) }))).toMatchObject({
      cause: { code: 'not-json' },
    });
  });

  it('tries the next address where one is dead', async () => {
    const lookup = async () => [
      { address: '127.0.0.2', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ];

    expect((await askRegistration(question(double, { surroundings: { ...HERE, lookup } }))).kind).toBe('valid');
  });

  it('tries again when nobody can have heard it, and no more once it was heard', async () => {
    let dialled = 0;
    const dial: typeof HERE.dial = (options) => {
      dialled += 1;
      return HERE.dial(dialled < 3 ? { ...options, port: 1 } : options);
    };
    double.set({ fault: { kind: 'drop' } });

    const answer = await askRegistration(question(double, { attempts: 9, surroundings: { ...HERE, dial } }));

    expect(answer).toMatchObject({ cause: { code: 'connection-lost' } });
    expect(dialled).toBe(3);
    expect(double.record.requests).toHaveLength(1);
  });

  it('waits as long as GLPI Network asks, and then asks again', async () => {
    const waits: number[] = [];
    const sleep = async (milliseconds: number) => void waits.push(milliseconds);
    double.set({ faults: [{ kind: 'status', status: 429, headers: { 'retry-after': '5' } }, null] });

    const surroundings = { ...HERE, sleep, random: () => 0 };
    const answer = await askRegistration(question(double, { attempts: 3, surroundings }));

    expect(answer.kind).toBe('valid');
    expect(waits).toEqual([5000]);
  });

  it.each(['', 'two\nlines', 'schlüssel'])('does not send the key %j, which no header can hold', async (key) => {
    const answer = await askRegistration(question(double, { key: new Secret(key) }));

    expect(answer).toMatchObject({ kind: 'failed', cause: { code: 'key-malformed' } });
    expect(exitCodeOfAnswer(answer)).toBe(20);
    expect(double.record.connections).toBe(0);
  });

  it('ends at once with the reason of the signal that calls it off, on the way and while it waits', async () => {
    double.set({ fault: { kind: 'silent' } });
    const early = AbortSignal.abort(new Error('stopped early'));
    const late = new AbortController();

    await expect(askRegistration(question(double, { signal: early }))).rejects.toThrow('stopped early');
    const asking = askRegistration(question(double, { signal: late.signal }));
    await expect.poll(() => double.record.requests.length).toBe(1);
    late.abort(new Error('stopped late'));

    await expect(asking).rejects.toThrow('stopped late');
  });
});

describe('trying whether GLPI Network can be reached', () => {
  let double: NetworkDouble;

  beforeAll(async () => {
    double = await startNetworkDouble();
  });
  beforeEach(() => double.reset());
  afterAll(() => double[Symbol.asyncDispose]());

  it('opens a connection and asks nothing', async () => {
    const answer = await probeNetwork({ ...question(double), depth: 'connection' });

    expect(answer).toEqual({ kind: 'reachable', status: null, clockSkew: null });
    expect(double.record).toMatchObject({ connections: 1, requests: [] });
  });

  it.each([
    ['9.5.6', '/api/registration/'],
    ['10.0.17', '/api/registration/'],
    ['11.0.6', '/api/ping'],
  ])("asks GLPI %s's own question, without key and uid", async (version, path) => {
    const choice = registrationEndpoint(version, { setting: double.url, environment: {}, localDefine: null });
    const endpoint = choice.kind === 'endpoint' ? choice.endpoint : endpointAt('never:');

    const answer = await probeNetwork({ ...question(double), endpoint, version, depth: 'ping' });

    expect(answer).toMatchObject({ kind: 'reachable', status: 200 });
    expect(double.record.requests).toMatchObject([{ path, keySha256: null }]);
    expect(double.record.requests[0]?.headers.slice(-2)).toEqual([
      ['User-Agent', `GLPI/${version}`],
      ['Accept', '*/*'],
    ]);
  });

  it('does not mind what a ping is answered with', async () => {
    double.set({ fault: { kind: 'status', status: 404, body: '<html></html>' } });

    expect(await probeNetwork({ ...question(double), depth: 'ping' })).toMatchObject({
      kind: 'reachable',
      status: 404,
    });
  });

  it.each([
    [{ fault: { kind: 'status', status: 403 } }, 'filtered'],
    [{ fault: { kind: 'status', status: 502 } }, 'server-error'],
    [{ fault: { kind: 'status', status: 302, headers: { location: 'http://portal.example' } } }, 'captive-portal'],
    [{ certificate: 'expired' }, 'tls-expired'],
    [{ connection: 'cut' }, 'connection-lost'],
  ] as const)('minds what is in the way: %o is %s', async (scene, code) => {
    double.set(scene);

    const answer = await probeNetwork({ ...question(double), depth: 'ping' });

    expect(answer).toMatchObject({ kind: 'unreachable', cause: { code } });
    expectNothingSecret(answer);
  });
});
