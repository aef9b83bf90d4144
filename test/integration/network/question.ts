import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { expect } from 'vitest';
import { Secret } from '../../../src/core/secret.ts';
import type { RegistrationRequest } from '../../../src/glpi/network/ask-registration.ts';
import type { ProxyChoice } from '../../../src/glpi/network/choose-proxy.ts';
import type { Endpoint } from '../../../src/glpi/network/registration-endpoint.ts';
import { registrationEndpoint } from '../../../src/glpi/network/registration-endpoint.ts';
import { type Surroundings, SYSTEM } from '../../../src/glpi/network/surroundings.ts';
import type { NetworkDouble } from '../../stand-in/network/network-double.ts';

/** Every encoding writes it differently. */
export const KEY = Buffer.from('{"owner":"ACME","signature":"+/~\u00ff??>>"}').toString('base64');
export const UID = 'Zx81'.repeat(10);
export const PROXY_PASSWORD = 'p@ss:wörd/+of the proxy';

/** Every name is that of this machine, and nobody waits between tries. */
export const HERE: Surroundings = {
  ...SYSTEM,
  lookup: async () => [{ address: '127.0.0.1', family: 4 }],
  sleep: async (_milliseconds, signal) => signal.throwIfAborted(),
};

/** A question to the double, once, by a GLPI 11 that trusts its CA; with enough patience for a busy machine. */
export function question(double: NetworkDouble, change: Partial<RegistrationRequest> = {}): RegistrationRequest {
  return {
    endpoint: endpointAt(double.url),
    key: new Secret(KEY),
    uid: UID,
    version: '11.0.6',
    installationMode: 'DOCKER',
    language: 'en_GB',
    proxy: { kind: 'direct' },
    caFile: double.certificates.ca,
    connectTimeout: 10_000,
    totalTimeout: 15_000,
    attempts: 1,
    surroundings: HERE,
    ...change,
  };
}

export function endpointAt(url: string): Endpoint {
  const choice = registrationEndpoint('11.0.6', { setting: url, environment: {}, localDefine: null });
  if (choice.kind === 'refused') throw new Error(choice.cause.message);
  return choice.endpoint;
}

/** The double's proxy, with a user and a password. */
export function throughProxy({ proxyPort }: NetworkDouble, password = PROXY_PASSWORD): ProxyChoice {
  const settings = { host: '127.0.0.1', port: proxyPort, tls: false, user: 'glpi', password: new Secret(password) };
  return { kind: 'proxy', settings: { ...settings, setIn: "GLPI's settings" } };
}

/** Neither the key nor the proxy's password, in no form, in nothing that could be printed of a value. */
export function expectNothingSecret(value: unknown): void {
  const printed = [JSON.stringify(value), inspect(value, { depth: null, showHidden: true }), String(value)].join('\n');
  for (const secret of [KEY, PROXY_PASSWORD, `glpi:${PROXY_PASSWORD}`]) {
    const bytes = Buffer.from(secret);
    const forms = [secret, bytes.toString('base64'), encodeURIComponent(secret), bytes.toString('hex')];
    for (const form of forms) expect(printed).not.toContain(form.slice(0, 20));
  }
}

/** A web server that is no double: its base address, and how often it was asked. */
export interface Stranger extends AsyncDisposable {
  readonly url: string;
  readonly asked: number;
}

export async function startStranger(answer: RequestListener): Promise<Stranger> {
  let asked = 0;
  const server = createServer((request, response) => {
    asked += 1;
    answer(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get asked() {
      return asked;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
