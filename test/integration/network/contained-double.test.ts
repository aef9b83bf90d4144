import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/core/secret.ts';
import { askRegistration, type RegistrationRequest } from '../../../src/glpi/network/ask-registration.ts';
import { chooseProxy } from '../../../src/glpi/network/choose-proxy.ts';
import { registrationEndpoint } from '../../../src/glpi/network/registration-endpoint.ts';
import { dockerOutput } from '../../stand-in/glpi/image.ts';
import { type ContainedDouble, startContainedDouble } from '../../stand-in/network/container.ts';
import { sha256 } from '../../stand-in/network/record.ts';
import { available } from '../../stand-in/require.ts';
import { HERE, KEY, UID } from './question.ts';

const runnable = await available('docker');
const NAME = `keykeeper-test-network-${randomBytes(6).toString('hex')}`;

describe.skipIf(!runnable)('GLPI Network, at its own name and port', () => {
  let double: ContainedDouble;
  let address: string;

  beforeAll(async () => {
    await dockerOutput(['network', 'create', NAME]);
    double = await startContainedDouble({ name: NAME, network: NAME });
    const format = '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}';
    address = await dockerOutput(['inspect', '--format', format, NAME]);
  });
  afterAll(async () => {
    await double?.[Symbol.asyncDispose]();
    await dockerOutput(['network', 'rm', NAME]);
  });

  function question(proxyOf: Record<string, string> = {}): RegistrationRequest {
    const choice = registrationEndpoint('10.0.17', { setting: null, environment: {}, localDefine: null });
    if (choice.kind === 'refused') throw new Error(choice.cause.message);
    return {
      ...{ endpoint: choice.endpoint, key: new Secret(KEY), uid: UID, version: '10.0.17', language: 'fr_FR' },
      ...{ installationMode: 'DOCKER', caFile: double.ca, attempts: 1 },
      proxy: chooseProxy(null, proxyOf, new URL(choice.endpoint.infoUrl).hostname, '10.0.17'),
      surroundings: { ...HERE, lookup: async () => [{ address, family: 4 }] },
    };
  }

  it('is asked as GLPI asks it, directly and through a proxy of the environment, and can be told what to say', async () => {
    await double.set({ keys: { [sha256(KEY)]: { kind: 'valid', days: 5 } }, otherwise: { kind: 'invalid' } });
    await double.set({ proxy: { user: 'glpi', password: 'of the proxy' } });

    const direct = await askRegistration(question());
    const proxied = await askRegistration(question({ https_proxy: `http://glpi:of%20the%20proxy@${address}:3128` }));
    await double.set({ fault: { kind: 'status', status: 403 } });
    const filtered = await askRegistration(question());

    expect([direct, proxied]).toMatchObject([{ subscription: { daysLeft: 5 } }, { kind: 'valid' }]);
    expect(filtered).toMatchObject({ cause: { code: 'filtered' } });
    expect(await double.record()).toMatchObject({
      requests: [{ via: 'direct', path: '/api/registration/info' }, { via: 'proxy' }, { via: 'direct' }],
      tunnels: [{ target: 'services.glpi-network.com:443', password: 'right' }],
    });
  });

  it('forgets everything when it is told to', async () => {
    await double.reset();

    expect(await double.record()).toEqual({ connections: 0, requests: [], tunnels: [] });
    expect((await askRegistration(question())).kind).toBe('valid');
  });
});
