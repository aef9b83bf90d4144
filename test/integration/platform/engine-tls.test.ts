import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openEngine } from '../../../src/platform/docker/engine.ts';
import type { EngineTls } from '../../../src/platform/docker/engine-address.ts';

describe('an engine behind TLS', () => {
  let folder: string;
  let server: Server;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'keykeeper-engine-tls-'));
    for (const name of ['engine', 'stranger', 'keykeeper']) certificate(name);
    const options = { ...pair('engine'), ca: file('keykeeper.pem'), requestCert: true, rejectUnauthorized: true };
    server = createServer(options, ({ url }, response) => {
      response.end(url === '/version' ? '{"ApiVersion":"1.41"}' : '[]');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  });

  const file = (name: string): Buffer => readFileSync(join(folder, name));
  const pair = (name: string) => ({ cert: file(`${name}.pem`), key: file(`${name}.key`) });

  function certificate(name: string): void {
    const files = ['-keyout', join(folder, `${name}.key`), '-out', join(folder, `${name}.pem`)];
    const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
    const kind = ['-x509', '-days', '2', '-nodes', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
    execFileSync('openssl', ['req', ...kind, ...subject, ...files], { stdio: 'ignore' });
  }

  function ask(host: string, tls: EngineTls): Promise<unknown[]> {
    const { port } = server.address() as AddressInfo;
    return openEngine({ kind: 'tcp', host, port, tls }, 5_000).list({});
  }

  it.each(['127.0.0.1', 'localhost'])('answers at %s who trusts it and is known to it', async (host) => {
    const containers = await ask(host, { ca: file('engine.pem'), ...pair('keykeeper') });

    expect(containers).toEqual([]);
  });

  it('is not believed when its certificate is another one', async () => {
    const asking = ask('127.0.0.1', { ca: file('stranger.pem'), ...pair('keykeeper') });

    await expect(asking).rejects.toMatchObject({
      code: 'platform-unreachable',
      message: expect.stringContaining('SELF_SIGNED'),
    });
  });

  it('does not answer a stranger', async () => {
    const asking = ask('127.0.0.1', { ca: file('engine.pem'), ...pair('stranger') });

    await expect(asking).rejects.toMatchObject({ code: 'platform-unreachable' });
  });
});
