import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openApiClient } from '../../../src/kubernetes/api-client.ts';
import { connectFromPod } from '../../../src/kubernetes/connect-from-pod.ts';
import { isInPod, ownNamespace } from '../../../src/kubernetes/service-account.ts';
import { QUICK } from '../../stand-in/kubernetes/connect.ts';
import { type Certificates, type Identity, makeCertificates } from '../../stand-in/network/certificates.ts';

const PLACE = { group: '', version: 'v1', resource: 'secrets', namespace: 'glpi', name: 'keys' };

let folder: string;
let before: Certificates;
let after: Certificates;
let server: Server;
let environment: Record<string, string>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'keykeeper-service-account-'));
  before = await makeCertificates(['127.0.0.1']);
  after = await makeCertificates(['127.0.0.1']);
  server = createServer(tlsOf(before.identities.good), (request, response) => {
    response.end(JSON.stringify({ authorization: request.headers.authorization }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const port = String((server.address() as AddressInfo).port);
  environment = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: port };
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

beforeEach(() => {
  server.setSecureContext(tlsOf(before.identities.good));
  writeFileSync(join(folder, 'ca.crt'), before.ca);
  writeFileSync(join(folder, 'token'), 'first\n');
  writeFileSync(join(folder, 'namespace'), 'glpi');
});

function tlsOf({ certificate, key }: Identity): { cert: string; key: string } {
  return { cert: certificate, key };
}

describe('the service account of a pod', () => {
  it('is there where the kubelet set its variables and mounted a token', () => {
    expect(isInPod(environment, folder)).toBe(true);
    expect(isInPod({}, folder)).toBe(false);
    expect(isInPod(environment, join(folder, 'nowhere'))).toBe(false);
    expect(ownNamespace(folder)).toBe('glpi');
    expect(ownNamespace(join(folder, 'nowhere'))).toBeNull();
  });

  it('takes up a new token without a restart', async () => {
    using client = openApiClient(connectFromPod(environment, folder), QUICK);
    const first = await client.get(PLACE);
    writeFileSync(join(folder, 'token'), 'second\n');

    const second = await client.get(PLACE);

    expect([first, second]).toEqual([{ authorization: 'Bearer first' }, { authorization: 'Bearer second' }]);
  });

  it('trusts the mounted authority alone, and takes up a new one without a restart', async () => {
    using client = openApiClient(connectFromPod(environment, folder), QUICK);
    await client.get(PLACE);
    server.setSecureContext(tlsOf(after.identities.good));
    server.closeAllConnections();
    const refused = await client.get(PLACE).catch((error: unknown) => error);
    writeFileSync(join(folder, 'ca.crt'), after.ca);

    const accepted = await client.get(PLACE);

    expect(refused).toMatchObject({ code: 'kubernetes-unreachable' });
    expect(accepted).toEqual({ authorization: 'Bearer first' });
  });

  it('says what is missing where the token cannot be read', async () => {
    using client = openApiClient(connectFromPod(environment, folder), QUICK);
    rmSync(join(folder, 'token'));

    const failure = await client.get(PLACE).catch((error: unknown) => error);

    expect(failure).toMatchObject({ code: 'kubernetes-not-configured', target: join(folder, 'token') });
  });

  it('writes an IPv6 address as URLs want it', () => {
    using connection = connectFromPod({ KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' }, folder);

    expect(connection.server).toBe('https://[fd00::1]:443');
  });
});
