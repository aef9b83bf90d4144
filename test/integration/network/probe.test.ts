import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { probeNetwork } from '../../../src/glpi/network/probe-network.ts';
import { registrationEndpoint } from '../../../src/glpi/network/registration-endpoint.ts';
import { type NetworkDouble, startNetworkDouble } from '../../stand-in/network/network-double.ts';
import { endpointAt, expectNothingSecret, question } from './question.ts';

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
