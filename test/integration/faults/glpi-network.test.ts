import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { askRegistration, type RegistrationRequest } from '../../../src/glpi/network/ask-registration.ts';
import { WAY_DEFAULTS } from '../../../src/glpi/network/way.ts';
import type { Fault } from '../../stand-in/fault-proxy/fault.ts';
import { type FaultProxy, startFaultProxy } from '../../stand-in/fault-proxy/fault-proxy.ts';
import { HOST, type NetworkDouble, startNetworkDouble } from '../../stand-in/network/network-double.ts';
import { endpointAt, question, type Stranger, startStranger } from '../network/question.ts';

const { attempts, bodyLimit } = WAY_DEFAULTS;
const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000000000\r\n\r\n{"owner":"';

interface Case {
  readonly name: string;
  readonly fault: Fault;
  readonly patience?: Partial<RegistrationRequest>;
  readonly code: string;
  /** How often it is connected to, counted at the proxy: again only where nobody can have heard the question. */
  readonly connections: number;
}

/** Short, because the answer never comes. */
const SHORT = { connectTimeout: 150 };

describe('GLPI Network, asked over a way that', () => {
  let double: NetworkDouble;
  let proxy: FaultProxy;
  /** Bytes of the server's side of the TLS handshake, and of all that it says. */
  let handshake: number;
  let whole: number;

  beforeAll(async () => {
    double = await startNetworkDouble();
    await using calm = await startFaultProxy({ host: '127.0.0.1', port: double.port });
    await ask(calm);
    const pieces = calm.passed[0] ?? [];
    const sizes = pieces.filter(({ direction }) => direction === 'to-client').map(({ bytes }) => bytes.length);
    handshake = sizes[0] ?? 0;
    whole = sizes.reduce((sum, size) => sum + size, 0);
  });
  beforeEach(async () => {
    proxy = await startFaultProxy({ host: '127.0.0.1', port: double.port });
    double.reset();
  });
  afterEach(() => proxy[Symbol.asyncDispose]());
  afterAll(() => double[Symbol.asyncDispose]());

  function ask({ port }: FaultProxy, change: Partial<RegistrationRequest> = {}) {
    return askRegistration(question(double, { endpoint: endpointAt(`https://${HOST}:${port}`), attempts, ...change }));
  }

  it.each<Case>([
    { name: 'resets each connection', fault: { break: { how: 'reset' } }, code: 'connection-lost', connections: 1 },
    {
      name: 'is half-open before TLS stands',
      fault: { break: { how: 'swallow' } },
      patience: SHORT,
      code: 'tls-timeout',
      connections: attempts,
    },
    {
      name: 'sends one byte a second',
      fault: { bytesPerSecond: 1 },
      patience: SHORT,
      code: 'tls-timeout',
      connections: attempts,
    },
  ])('$name is given up after its tries, and asked again once it is healed', async (one) => {
    proxy.suffer(one.fault);

    const answer = await ask(proxy, one.patience);

    expect(answer).toMatchObject({ kind: 'failed', cause: { code: one.code } });
    expect(proxy.connections).toBe(one.connections);
    expect(double.record.requests).toEqual([]);
    proxy.heal();
    expect(await ask(proxy)).toMatchObject({ kind: 'valid' });
    // What was on its slow way arrives first.
    await expect.poll(() => proxy.open, { timeout: 5_000 }).toBe(0);
  });

  it.each(['end', 'reset'] as const)('breaks (%s) inside the handshake is tried once', async (how) => {
    for (const after of [3, Math.floor(handshake / 2), handshake - 1]) {
      proxy.forget();
      proxy.suffer({ break: { how, after } });

      expect(await ask(proxy), `after ${after} of ${handshake} bytes`).toMatchObject({
        kind: 'failed',
        cause: { code: 'connection-lost' },
      });
      expect(proxy.connections).toBe(1);
    }
    expect(double.record.requests).toEqual([]);
  });

  it('breaks inside the answer is not asked again: the question was heard', async () => {
    for (const after of [whole - 400, whole - 30]) {
      double.reset();
      proxy.forget();
      proxy.suffer({ break: { how: 'end', after } });

      expect(await ask(proxy), `after ${after} of ${whole} bytes`).toMatchObject({ kind: 'failed' });
      expect([proxy.connections, double.record.requests.length]).toEqual([1, 1]);
    }
  });

  it('swallows the answer is waited for as long as is meant, and not asked again', async () => {
    proxy.suffer({ break: { how: 'swallow', after: whole - 300 } });

    expect(await ask(proxy, { totalTimeout: 700 })).toMatchObject({
      kind: 'failed',
      cause: { code: 'answer-timeout' },
    });
    expect([proxy.connections, double.record.requests.length]).toEqual([1, 1]);
    await expect.poll(() => proxy.open).toBe(0);
  });

  it('is slow answers', async () => {
    proxy.suffer({ delay: 30 });

    expect(await ask(proxy)).toMatchObject({ kind: 'valid' });
  });

  describe('speaks plain HTTP and', () => {
    let relay: Stranger;
    let way: FaultProxy;
    beforeAll(async () => {
      relay = await startStranger((_request, response) => response.end('{"is_valid":true}'));
    });
    beforeEach(async () => {
      way = await startFaultProxy({ host: '127.0.0.1', port: Number(new URL(relay.url).port) });
    });
    afterEach(() => way[Symbol.asyncDispose]());
    afterAll(() => relay[Symbol.asyncDispose]());

    const askRelay = () => {
      return askRegistration(question(double, { endpoint: endpointAt(`http://127.0.0.1:${way.port}`), attempts }));
    };

    it.each([
      ['goes on with the body', Buffer.from(HEAD + 'a'.repeat(bodyLimit)), 'answer-too-large'],
      [
        'goes on with the headers',
        Buffer.from(`HTTP/1.1 200 OK\r\n${'X-More: and more\r\n'.repeat(4_000)}`),
        'not-http',
      ],
      ['says something else', Buffer.from('220 mail.example.com ESMTP\r\n'.repeat(1_000)), 'not-http'],
    ])('%s without end is cut off', async (_, flood, code) => {
      way.suffer({ break: { how: { flood }, since: ['GET '] } });

      expect(await askRelay()).toMatchObject({ kind: 'failed', cause: { code } });
      expect(way.connections).toBe(1);
      await expect.poll(() => way.open).toBe(0);
      way.heal();
      expect(await askRelay()).toMatchObject({ kind: 'valid' });
    });
  });
});
