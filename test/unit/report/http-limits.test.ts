import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/core/secret.ts';
import { HTTP_LIMITS, type HttpLimits } from '../../../src/report/http/http-limits.ts';
import { startHttpServer } from '../../../src/report/http/server.ts';
import { createLogger } from '../../../src/report/logger.ts';
import { FakeKeeper } from './fake-keeper.ts';
import { FakeStream } from './fake-stream.ts';
import { ask } from './http-exchange.ts';

const TOKEN = 'planted-token-0123456789';
const QUICK = { request: 600, headers: 400, keepAlive: 400, check: 50, silence: 500 };

describe('a client that', () => {
  it.each([
    ['sends its headers byte by byte', 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n', 'X'],
    [
      'sends its body byte by byte',
      'POST /reconcile HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4000\r\n' +
        `Authorization: Bearer ${TOKEN}\r\n\r\n`,
      'x',
    ],
    ['sends nothing at all', '', ''],
  ])('%s is cut off', async (_, begin, drip) => {
    await using server = await start({});
    const socket = await connected(server.port);
    const closed = gone(socket);
    socket.write(begin);
    const dripping = setInterval(() => socket.write(drip), 20);

    await closed;
    clearInterval(dripping);

    expect(server.view.reconciles).toBe(0);
    expect((await ask(server.port, '/healthz')).status).toBe(200);
  });

  it('asks and never reads the answers is cut off', async () => {
    await using server = await start({ rate: { burst: 1e9, perSecond: 1e9 } });
    const socket = await connected(server.port);
    socket.pause();
    // More answers than the buffers between the two take.
    for (let sent = 0; sent < 200; sent += 1) {
      socket.write('GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(100));
      if (socket.writableLength > 64 * 1024) break;
      await sleep(1);
    }

    await expect.poll(() => server.open(), { timeout: 10_000 }).toBe(0);
    socket.destroy();
  });

  it('opens more connections than it may gets no answer on these, while another address still does', async () => {
    await using server = await start({ connectionsOfOne: 4, headers: 60_000, request: 60_000, silence: 60_000 });
    const held = await Promise.all(Array.from({ length: 4 }, () => connected(server.port, '127.0.0.2')));

    const surplus = await connected(server.port, '127.0.0.2');
    await gone(surplus);
    const other = await ask(server.port, '/healthz');

    expect(other.status).toBe(200);
    expect(held.every((socket) => socket.readyState === 'open')).toBe(true);
    for (const socket of held) socket.destroy();
  });

  it('asks too often gets 429, whatever it asks for, while another address still gets answers', async () => {
    await using server = await start({ rate: { burst: 3, perSecond: 0 } });
    const authorized = { method: 'POST', headers: { authorization: `Bearer ${TOKEN}` } };

    const answers = [];
    for (const path of ['/healthz', '/nothing', '/metrics', '/healthz']) answers.push(await ask(server.port, path));
    const change = await ask(server.port, '/reconcile', authorized);
    const other = await ask(server.port, '/healthz', { localAddress: '127.0.0.2' });

    expect(answers.map(({ status }) => status)).toEqual([200, 404, 200, 429]);
    expect(answers[3]?.headers['retry-after']).toMatch(/^\d+$/);
    expect([change.status, server.view.reconciles, other.status]).toEqual([429, 0, 200]);
  });
});

describe('a pass that takes longer than a client may be silent', () => {
  it('is answered all the same', async () => {
    await using server = await start({});
    const { outcome } = server.view;
    server.view.outcome = async () => {
      await sleep(1_200);
      return await outcome();
    };

    const headers = { authorization: `Bearer ${TOKEN}` };

    expect((await ask(server.port, '/reconcile', { method: 'POST', headers })).status).toBe(200);
  });
});

it('ships with limits that cut off what these tests cut off', () => {
  const { headers, request, silence, connections, connectionsOfOne } = HTTP_LIMITS;

  expect([headers, request, silence].every((time) => time > 0 && time <= 10_000)).toBe(true);
  expect(connectionsOfOne).toBeLessThan(connections);
});

async function start(limits: Partial<HttpLimits>) {
  const view = new FakeKeeper();
  const logger = createLogger({ logLevel: 'debug', logFormat: 'text' }, new FakeStream());
  const address = { kind: 'tcp', host: '0.0.0.0', port: 0 } as const;
  const server = await startHttpServer({
    view,
    token: new Secret(TOKEN),
    address,
    logger,
    limits: { ...QUICK, ...limits },
  });
  return { ...server, view, open: () => server.connections() };
}

/** Whoever is cut off in the middle of a word is told by a reset. */
function gone(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

async function connected(port: number, localAddress = '127.0.0.1'): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port, localAddress });
  socket.on('error', () => undefined);
  socket.resume();
  await once(socket, 'connect');
  return socket;
}
