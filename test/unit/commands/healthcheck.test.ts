import { createServer, type Server } from 'node:net';
import { describe, expect, it } from 'vitest';
import { askHealth } from '../../../src/commands/ask-health.ts';
import { quickHealthcheck } from '../../../src/commands/quick-healthcheck.ts';
import { startHttpServer } from '../../../src/report/http/server.ts';
import { createLogger } from '../../../src/report/logger.ts';
import { FakeKeeper } from '../report/fake-keeper.ts';
import { FakeStream } from '../report/fake-stream.ts';
import { runLine } from './run-line.ts';

function serve(view: FakeKeeper, host = '127.0.0.1') {
  const logger = createLogger({ logLevel: 'info', logFormat: 'text' }, new FakeStream());
  return startHttpServer({ view, token: null, address: { kind: 'tcp', host, port: 0 }, logger });
}

/** Something else that listens on the port, and says this to whoever comes. */
async function impostor(says: string): Promise<AsyncDisposable & { readonly port: number }> {
  const server: Server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.resume().end(says);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

describe('the health check', () => {
  it('is 0 or 1 with the reason, as the watch says', async () => {
    const view = new FakeKeeper();
    await using server = await serve(view);
    const environment = { KEYKEEPER_HTTP: `127.0.0.1:${server.port}` };

    const healthy = await quickHealthcheck(environment);
    view.healthy = false;
    const unhealthy = await quickHealthcheck(environment);

    expect(healthy).toEqual({ exitCode: 0, text: 'healthy: the key is sound\n' });
    expect(unhealthy).toEqual({ exitCode: 1, text: 'unhealthy: no known key opens the database\n' });
  });

  it('says the same with options as without', async () => {
    const view = new FakeKeeper();
    await using server = await serve(view);
    const address = `127.0.0.1:${server.port}`;

    const [plain, json] = [
      await runLine(['healthcheck', '--http', address]),
      await runLine(['healthcheck', '--http', address, '--json']),
    ];

    expect(plain).toEqual({ exitCode: 0, stdout: 'healthy: the key is sound\n', stderr: '' });
    expect(JSON.parse(json.stdout).details).toEqual({ healthy: true, reason: 'the key is sound' });
  });

  it('asks on loopback where the watch listens everywhere', async () => {
    await using server = await serve(new FakeKeeper(), '0.0.0.0');

    expect(await askHealth({ kind: 'tcp', host: '0.0.0.0', port: server.port })).toEqual({
      healthy: true,
      reason: 'the key is sound',
    });
  });

  it('is 1 where nothing listens, and says what to look at', async () => {
    const server = await serve(new FakeKeeper());
    await server[Symbol.asyncDispose]();

    const { exitCode, text } = await quickHealthcheck({ KEYKEEPER_HTTP: `127.0.0.1:${server.port}` });

    expect(exitCode).toBe(1);
    expect(text).toContain('ECONNREFUSED');
    expect(text).toContain('KEYKEEPER_HTTP');
  });

  it.each([
    '',
    'SSH-2.0-OpenSSH\r\n',
    'HTTP/1.1 200 OK\r\n\r\nhello',
    'HTTP/1.1 200 OK\r\n\r\n{"healthy":true}',
    'x'.repeat(100_000),
  ])('is unhealthy where something else answers: %.20j', async (says) => {
    await using other = await impostor(says);

    expect((await askHealth({ kind: 'tcp', host: '127.0.0.1', port: other.port })).healthy).toBe(false);
  });

  it('is one probe at a time', async () => {
    const { exitCode, stderr } = await runLine(['healthcheck', '--startup', '--live']);

    expect(exitCode).toBe(2);
    expect(stderr).toContain('two probes');
  });

  it.each([
    ['off', 'HTTP is off'],
    ['8377', 'KEYKEEPER_HTTP has no address'],
  ])('is 2 with KEYKEEPER_HTTP=%s, and says what to set', async (http, message) => {
    const { exitCode, text } = await quickHealthcheck({ KEYKEEPER_HTTP: http });

    expect(exitCode).toBe(2);
    expect(text).toContain(message);
    expect(text).toContain('Try: ');
  });
});
