import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chooseApiVersion } from '../../src/platform/docker/api-version.ts';
import { openEngine } from '../../src/platform/docker/engine.ts';
import { engineAddress, showAddress } from '../../src/platform/docker/engine-address.ts';
import { type FuzzTarget, isRefusal, jsonSeed } from './fuzz-target.ts';

const MOUNT = { Type: 'volume', Name: 'glpi', Source: '/var/lib/docker/volumes/glpi/_data', Destination: '/glpi' };
const CONTAINER = {
  Id: '0123',
  Name: '/glpi',
  Names: ['/glpi'],
  Image: 'sha256:45',
  ImageID: 'sha256:45',
  Created: 1_700_000_000,
  RestartCount: 2,
  Labels: { 'keykeeper.instance': 'glpi' },
  Config: { Image: 'glpi/glpi', Labels: {}, Cmd: ['apache2'], Env: ['GLPI_CONFIG_DIR=/var/glpi/config'] },
  State: { Running: true, Paused: false, Restarting: false, ExitCode: 0, StartedAt: '2026-01-02T03:04:05Z' },
  HostConfig: { Mounts: [{ Target: '/glpi', VolumeOptions: { Subpath: '/config/' } }] },
  Mounts: [MOUNT],
  Options: { type: 'nfs', o: 'addr=10.0.0.1' },
};

/** What Docker Engine, or a proxy before it, answers. */
export const ENGINE_TARGETS: readonly FuzzTarget[] = [
  {
    name: 'answers of the Docker engine',
    seeds: () => [jsonSeed(CONTAINER), jsonSeed([CONTAINER])],
    tokens: ['"State":null', '"Mounts":{}', '"Labels":[]', '"Config":null', '[null]', '"Env":"A=b"', '"Names":null'],
    read: async (input) => {
      const engine = openEngine({ kind: 'tcp', host: '127.0.0.1', port: await answerAll(input), tls: null }, 5_000);
      const asked = await Promise.allSettled([engine.list({}), engine.inspect('glpi'), engine.volumeOptions('glpi')]);
      const reasons = asked.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
      // One that says what is wrong must not hide another's crash.
      const [first] = [...reasons.filter((each) => !isRefusal(each)), ...reasons];
      if (first !== undefined) throw first;
    },
  },
  {
    name: 'where the Docker engine is, and what it speaks',
    seeds: () => ['tcp://socket-proxy:2375', 'unix:///run/docker.sock', '1.44'].map((each) => Buffer.from(each)),
    tokens: ['://', '[::1]', ':99999', '@', '1.24', '9'.repeat(400)],
    read: (input) => {
      const text = input.toString('utf8');
      chooseApiVersion({ ApiVersion: text, MinAPIVersion: text });
      return showAddress(engineAddress({ DOCKER_HOST: text }));
    },
  },
];

let server: Promise<{ readonly port: number; body: Buffer }> | null = null;

/** One server for the whole run, which gives this answer to whatever is asked. @returns its port */
async function answerAll(body: Buffer): Promise<number> {
  server ??= startServer();
  const state = await server;
  state.body = body;
  return state.port;
}

async function startServer(): Promise<{ readonly port: number; body: Buffer }> {
  const state = { port: 0, body: Buffer.alloc(0) };
  const listening: Server = createServer((_, answer) => {
    answer.setHeader('content-type', 'application/json');
    answer.end(state.body);
  });
  listening.listen(0, '127.0.0.1').unref();
  await once(listening, 'listening');
  state.port = (listening.address() as AddressInfo).port;
  return state;
}
