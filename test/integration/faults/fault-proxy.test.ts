import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FaultProxy, type Place, startFaultProxy } from '../../stand-in/fault-proxy/fault-proxy.ts';

describe('the fault proxy', () => {
  const sockets = new Set<Socket>();
  const heard: string[] = [];
  /** Answers each piece in capitals, and says what it heard when its client is done. */
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const index = heard.push('') - 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      heard[index] += String(bytes);
      socket.write(String(bytes).toUpperCase());
    });
    socket.on('end', () => socket.end(`, ${heard[index]}`));
  });
  let proxy: FaultProxy;

  beforeEach(async () => {
    heard.length = 0;
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    proxy = await startFaultProxy(addressOf());
  });

  afterEach(async () => {
    await proxy[Symbol.asyncDispose]();
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });

  const addressOf = (): Place & { port: number } => ({
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
  });

  /** What comes back until the connection ends, and how it ends. */
  async function say(text: string, place: Place = { host: '127.0.0.1', port: proxy.port }): Promise<string> {
    const client = connect({ ...place, allowHalfOpen: true });
    let answer = '';
    client.on('data', (bytes) => {
      answer += bytes;
    });
    client.end(text);
    try {
      await once(client, 'end');
      return answer;
    } catch (error) {
      return `${answer} ${(error as NodeJS.ErrnoException).code}`;
    } finally {
      client.destroy();
    }
  }

  it('lets everything through, and counts it', async () => {
    expect(await say('hello')).toBe('HELLO, hello');
    expect(proxy.connections).toBe(1);
    const passed = proxy.passed[0]?.map(({ direction, bytes }) => `${direction} ${bytes}`).join('; ');
    expect(passed).toMatch(/^to-server hello; to-client HELLO(; to-client )?, hello$/);
  });

  it('does so at a unix socket', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'keykeeper-proxy-'));
    const path = join(folder, 'socket');
    await using there = await startFaultProxy(addressOf(), path);

    expect(await say('hello', { path })).toBe('HELLO, hello');
    expect(there.connections).toBe(1);
    rmSync(folder, { recursive: true });
  });

  it.each([
    ['what the server says', { how: 'end', after: 3 }, { said: 'HEL', heard: 'hello' }],
    ['what the client says', { how: 'end', after: 3, direction: 'to-server' }, { said: '', heard: 'hel' }],
    ['at once', { how: 'end' }, { said: '', heard: '' }],
    [
      'what is said after a word of the client',
      { how: 'end', after: 2, since: ['el'] },
      { said: 'HE', heard: 'hello' },
    ],
    [
      'a word of the client',
      { how: 'end', direction: 'to-server', after: 1, since: ['l'] },
      { said: '', heard: 'hel' },
    ],
    ['with a reset', { how: 'reset' }, { said: ' ECONNRESET', heard: '' }],
  ] as const)('cuts %s', async (_, breaking, expected) => {
    proxy.suffer({ break: breaking });

    const said = await say('hello');

    await expect.poll(() => heard.at(-1) ?? '').toBe(expected.heard);
    expect(said).toBe(expected.said);
    proxy.heal();
    expect(await say('again')).toBe('AGAIN, again');
  });

  it('swallows a connection for ever, and lets the next through once it is healed', async () => {
    proxy.suffer({ break: { how: 'swallow', after: 2 } });
    const client = connect({ port: proxy.port, host: '127.0.0.1' });
    client.write('hello');
    const [first] = await once(client, 'data');

    proxy.heal();
    client.write('more');
    const next = await say('hello');

    expect([String(first), next, client.destroyed]).toEqual(['HE', 'HELLO, hello', false]);
    client.destroy();
    await expect.poll(() => proxy.open).toBe(0);
  });

  it('lets bytes pass one by one, each later than the one before', async () => {
    proxy.suffer({ delay: 1, bytesPerSecond: 500 });

    expect(await say('hello')).toBe('HELLO, hello');
    expect(proxy.passed[0]?.every(({ bytes }) => bytes.length === 1)).toBe(true);
  });

  it('goes on without end', async () => {
    proxy.suffer({ break: { how: { flood: Buffer.from('again '.repeat(10_000)) }, after: 5 } });
    const client = connect({ port: proxy.port, host: '127.0.0.1' });
    client.write('hello');
    let heard = '';
    for await (const bytes of client) {
      heard += bytes;
      if (heard.length > 1_000_000) break;
    }

    expect(heard).toMatch(/^HELLO(again )+/);
    await expect.poll(() => proxy.open).toBe(0);
  });

  it('resets what stands', async () => {
    const client = connect({ port: proxy.port, host: '127.0.0.1' });
    client.write('hello');
    await once(client, 'data');

    proxy.reset();

    await expect(once(client, 'end')).rejects.toMatchObject({ code: 'ECONNRESET' });
  });
});
