import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { Failure } from '../../../src/core/failure.ts';
import { Secret } from '../../../src/core/secret.ts';
import { type HttpServer, startHttpServer } from '../../../src/report/http/server.ts';
import { statusSchema } from '../../../src/report/http/status-document.ts';
import { createLogger } from '../../../src/report/logger.ts';
import { FakeKeeper, statusDocument } from './fake-keeper.ts';
import { FakeStream } from './fake-stream.ts';
import { ask, sendRaw } from './http-exchange.ts';

const TOKEN = 'planted-token-0123456789';
const AUTHORIZED = { method: 'POST', headers: { authorization: `Bearer ${TOKEN}` } };

let view: FakeKeeper;
let log: FakeStream;
let server: HttpServer;

beforeEach(async () => {
  view = new FakeKeeper();
  log = new FakeStream();
  server = await start(new Secret(TOKEN));
});

afterEach(async () => {
  await server[Symbol.asyncDispose]();
});

function start(token: Secret<string> | null, port = 0): Promise<HttpServer> {
  const logger = createLogger({ logLevel: 'debug', logFormat: 'text' }, log);
  return startHttpServer({ view, token, address: { kind: 'tcp', host: '127.0.0.1', port }, logger });
}

describe('reading', () => {
  it('/healthz says health and reason, and 503 when it is bad', async () => {
    const good = await ask(server.port, '/healthz');
    view.healthy = false;
    const bad = await ask(server.port, '/healthz');

    expect([good.status, JSON.parse(good.body)]).toEqual([200, { healthy: true, reason: 'the key is sound' }]);
    expect([bad.status, JSON.parse(bad.body).reason]).toEqual([503, 'no known key opens the database']);
  });

  it('/readyz is 503 until GLPI may start', async () => {
    view.isReady = false;
    const before = await ask(server.port, '/readyz');
    view.isReady = true;
    const after = await ask(server.port, '/readyz');

    expect([before.status, after.status]).toEqual([503, 200]);
  });

  it('/status is the document of its schema', async () => {
    const { status, body, headers } = await ask(server.port, '/status');

    expect(status).toBe(200);
    expect(headers['content-type']).toMatch(/^application\/json/);
    expect(headers['cache-control']).toBe('no-store');
    expect(JSON.parse(body)).toEqual(statusDocument());
    expect(z.safeParse(statusSchema, JSON.parse(body)).success).toBe(true);
  });

  it("/metrics is in Prometheus' text format", async () => {
    const { status, body, headers } = await ask(server.port, '/metrics');

    expect(status).toBe(200);
    expect(headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(body).toContain('\nkeykeeper_healthy 0\n');
  });

  it('takes HEAD for GET, without a body', async () => {
    expect(await ask(server.port, '/healthz', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
  });
});

describe('POST /reconcile', () => {
  it('runs a pass for whoever has the token, and answers its document', async () => {
    const { status, body } = await ask(server.port, '/reconcile', AUTHORIZED);

    expect([status, JSON.parse(body).command, view.reconciles]).toEqual([200, 'reconcile', 1]);
  });

  it.each<Record<string, string>>([{ 'content-length': '2' }, { 'transfer-encoding': 'chunked' }])(
    'passes over a small body that comes with %j',
    async (how) => {
      const headers = { ...AUTHORIZED.headers, ...how };

      expect((await ask(server.port, '/reconcile', { method: 'POST', headers, body: '{}' })).status).toBe(200);
    },
  );

  it.each([
    undefined,
    '',
    'Bearer',
    'Bearer wrong-token-0123456789',
    `Bearer ${TOKEN}x`,
    `Bearer ${TOKEN.slice(0, -1)}`,
    `Basic ${TOKEN}`,
    TOKEN,
  ])('refuses the authorization %j', async (authorization) => {
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization };

    const { status, headers: answered, body } = await ask(server.port, '/reconcile', { method: 'POST', headers });

    expect([status, view.reconciles]).toEqual([401, 0]);
    expect(answered['www-authenticate']).toMatch(/^Bearer/);
    expect(body).not.toContain(TOKEN);
  });

  it('is off without a configured token, and says how to set one', async () => {
    await using open = await start(null);

    const { status, body } = await ask(open.port, '/reconcile', {
      method: 'POST',
      headers: { authorization: 'Bearer ' },
    });

    expect([status, view.reconciles]).toEqual([403, 0]);
    expect(JSON.parse(body).try).toContain('KEYKEEPER_HTTP_TOKEN_FILE');
  });

  it('answers a failure as a document, and hides what nobody planned for', async () => {
    view.outcome = async () => {
      throw new Failure('vault-full', 'no space is left in /vault', { try: 'df -h /vault' });
    };
    const planned = await ask(server.port, '/reconcile', AUTHORIZED);
    view.outcome = async () => {
      throw new Error('planted-in-an-error');
    };
    const unplanned = await ask(server.port, '/reconcile', AUTHORIZED);

    expect([planned.status, JSON.parse(planned.body).findings[0].code]).toEqual([503, 'vault-full']);
    expect([unplanned.status, JSON.parse(unplanned.body).error]).toEqual([500, 'an unexpected error, see the log']);
    expect(unplanned.body + log.text).not.toContain('planted-in-an-error');
  });
});

describe('what is not served', () => {
  it.each(['/', '/healthz/', '/vault', '/status/../metrics/x', '//evil'])('%s is a 404 as JSON', async (path) => {
    const { status, body } = await ask(server.port, path);

    expect([status, JSON.parse(body).error]).toEqual([404, 'there is nothing here']);
  });

  it.each([
    ['POST', '/healthz', 'GET, HEAD'],
    ['DELETE', '/status', 'GET, HEAD'],
    ['GET', '/reconcile', 'POST'],
    ['PUT', '/reconcile', 'POST'],
  ])('%s %s is a 405 that says what is allowed', async (method, path, allowed) => {
    const { status, headers, body } = await ask(server.port, path, { method });

    expect([status, headers.allow]).toEqual([405, allowed]);
    expect(JSON.parse(body).error).toBe('this method is not served here');
  });

  it.each(['/healthz', '/status', '/metrics', '/nothing'])('%s under a foreign name is a 403', async (path) => {
    const { status, body } = await ask(server.port, path, { headers: { host: 'evil.example' } });

    expect([status, JSON.parse(body).error]).toEqual([403, 'this name is not served']);
  });

  it('a reconcile from a web page is a 403, token or not', async () => {
    const headers = { ...AUTHORIZED.headers, origin: 'http://evil.example' };

    expect((await ask(server.port, '/reconcile', { method: 'POST', headers })).status).toBe(403);
    expect(view.reconciles).toBe(0);
  });

  it('a large body is a 413, announced or not', async () => {
    const body = 'x'.repeat(10_000);
    const announced = { ...AUTHORIZED.headers, 'content-length': String(body.length) };
    const chunked = { ...AUTHORIZED.headers, 'transfer-encoding': 'chunked' };

    const answers = [
      await ask(server.port, '/reconcile', { method: 'POST', headers: announced, body }),
      await ask(server.port, '/reconcile', { method: 'POST', headers: chunked, body }),
    ];

    expect([answers.map((each) => each.status), view.reconciles]).toEqual([[413, 413], 0]);
  });

  it.each([
    ['no Host', 'GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n', /^HTTP\/1\.1 400 /],
    [
      'two Hosts',
      'GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n',
      /^HTTP\/1\.1 [34]/,
    ],
    ['no HTTP', 'hello\r\n\r\n', /^HTTP\/1\.1 400 /],
    ['headers without end', `GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, /^HTTP\/1\.1 431 /],
  ])('a request with %s gets an error and no answer', async (_, bytes, status) => {
    const answer = await sendRaw(server.port, bytes);

    expect(answer).toMatch(status);
    expect(answer).not.toContain('the key is sound');
  });
});

describe('the server', () => {
  it('says in plain words that the port is taken', async () => {
    await expect(start(null, server.port)).rejects.toMatchObject({
      code: 'invalid-setting',
      target: 'KEYKEEPER_HTTP',
      message: `cannot listen on 127.0.0.1:${server.port}: something else listens there`,
    });
  });

  it('stops while a client keeps its connection open', async () => {
    const held = sendRaw(server.port, 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await ask(server.port, '/healthz');

    await server[Symbol.asyncDispose]();

    expect(await held).toContain('200 OK');
    await expect(ask(server.port, '/healthz')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    server = await start(null);
  });
});
