import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { createServer } from 'node:tls';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/core/secret.ts';
import { askRegistration, exitCodeOfAnswer } from '../../../src/glpi/network/ask-registration.ts';
import { chooseProxy } from '../../../src/glpi/network/choose-proxy.ts';
import { type NetworkDouble, startNetworkDouble } from '../../stand-in/network/network-double.ts';
import { sha256 } from '../../stand-in/network/record.ts';
import { endpointAt, HERE, KEY, PROXY_PASSWORD, question, startStranger, throughProxy, UID } from './question.ts';

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

  it('speaks TLS with a proxy that is reached by it, and checks its certificate', async () => {
    const { certificate: cert, key } = double.certificates.identities.good;
    const front = createServer({ cert, key }, (socket) => {
      const behind = connect(double.proxyPort, '127.0.0.1');
      for (const end of [socket, behind]) end.on('error', () => end.destroy());
      socket.pipe(behind).pipe(socket);
    }).listen(0, '127.0.0.1');
    await once(front, 'listening');
    const proxyAt = (host: string) => {
      const { port } = front.address() as AddressInfo;
      return chooseProxy(null, { https_proxy: `https://${host}:${port}` }, 'services.glpi-network.com', '11.0.6');
    };
    try {
      expect((await askRegistration(question(double, { proxy: proxyAt('localhost') }))).kind).toBe('valid');
      expect(await askRegistration(question(double, { proxy: proxyAt('proxy.lan') }))).toMatchObject({
        cause: { code: 'proxy-unreachable', message: expect.stringContaining('TLS with it fails') },
      });
    } finally {
      front.close();
    }
  });

  it('asks an address without a name as well', async () => {
    const endpoint = endpointAt(`https://127.0.0.1:${double.port}`);

    expect((await askRegistration(question(double, { endpoint }))).kind).toBe('valid');
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
