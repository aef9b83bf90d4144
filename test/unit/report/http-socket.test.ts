import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, lstatSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askHealth } from '../../../src/commands/ask-health.ts';
import { quickHealthcheck } from '../../../src/commands/quick-healthcheck.ts';
import { absolutePath } from '../../../src/core/brand.ts';
import { Secret } from '../../../src/core/secret.ts';
import { startHttpServer } from '../../../src/report/http/server.ts';
import { createLogger } from '../../../src/report/logger.ts';
import { FakeKeeper } from './fake-keeper.ts';
import { FakeStream } from './fake-stream.ts';

const TOKEN = 'planted-token-0123456789';
const LISTENER = "require('net').createServer().listen(process.argv[1], () => console.log('listening'))";

let folder: string;
let path: string;
let predecessor: ChildProcess | null;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keykeeper-socket-'));
  path = join(folder, 'http.sock');
  predecessor = null;
});
afterEach(async () => {
  if (predecessor !== null) await end(predecessor);
  rmSync(folder, { recursive: true });
});

describe('the HTTP interface on a socket', () => {
  it('answers there what it answers elsewhere, and is gone when it stops', async () => {
    const view = new FakeKeeper();
    const server = await start(view);

    const health = await ask('GET', '/healthz');
    const refused = await ask('POST', '/reconcile', { authorization: 'Bearer wrong-token-0123456789' });
    const reconciled = await ask('POST', '/reconcile', { authorization: `Bearer ${TOKEN}` });
    await server[Symbol.asyncDispose]();

    expect([health.status, JSON.parse(health.body).reason]).toEqual([200, 'the key is sound']);
    expect([refused.status, reconciled.status, view.reconciles]).toEqual([401, 200, 1]);
    expect(existsSync(path)).toBe(false);
  });

  it('is for its own user and group alone, whatever the umask', async () => {
    const before = process.umask(0);
    try {
      await using _ = await start();

      expect(lstatSync(path).mode & 0o777).toBe(0o660);
      expect(process.umask()).toBe(0);
    } finally {
      process.umask(before);
    }
  });

  it('is what the health check asks', async () => {
    await using _ = await start();

    expect(await quickHealthcheck({ KEYKEEPER_HTTP: `unix:${path}` })).toEqual({
      exitCode: 0,
      text: 'healthy: the key is sound\n',
    });
  });

  it('refuses names of web pages there, too', async () => {
    await using _ = await start();

    expect((await ask('GET', '/status', { host: 'evil.example' })).status).toBe(403);
  });

  it('takes the place of a predecessor that was killed', async () => {
    predecessor = await listening();
    await end(predecessor);
    const left = existsSync(path);

    await using _ = await start();

    expect(left).toBe(true);
    expect((await askHealth({ kind: 'unix', path: absolutePath(path) })).healthy).toBe(true);
  });

  it('leaves the socket of a predecessor that listens', async () => {
    predecessor = await listening();
    const { ino } = lstatSync(path);

    await expect(start()).rejects.toMatchObject({
      code: 'invalid-setting',
      message: `cannot listen on unix:${path}: something else listens there`,
    });
    expect(lstatSync(path).ino).toBe(ino);
  });

  it.each([
    ['a file', () => writeFileSync(path, 'precious')],
    ['a symlink to a file', () => symlinkSync('precious', path)],
  ])('leaves %s that has its name', async (_, make) => {
    writeFileSync(join(folder, 'precious'), 'precious');
    make();

    await expect(start()).rejects.toMatchObject({ code: 'invalid-setting', target: 'KEYKEEPER_HTTP' });
    expect(readFileSync(path, 'utf8')).toBe('precious');
  });

  it('says which directory is missing', async () => {
    path = join(folder, 'absent', 'http.sock');

    await expect(start()).rejects.toMatchObject({
      message: `cannot listen on unix:${path}: its directory is missing, or this user may not write to it`,
    });
  });
});

function start(view = new FakeKeeper()) {
  const logger = createLogger({ logLevel: 'info', logFormat: 'text' }, new FakeStream());
  const address = { kind: 'unix', path: absolutePath(path) } as const;
  return startHttpServer({ view, token: new Secret(TOKEN), address, logger });
}

async function listening(): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['-e', LISTENER, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

async function ask(method: string, asked: string, headers: Record<string, string> = {}) {
  const outgoing = request({ socketPath: path, path: asked, method, headers, agent: false });
  outgoing.end();
  const [incoming] = await once(outgoing, 'response');
  return { status: incoming.statusCode as number, body: await text(incoming) };
}
