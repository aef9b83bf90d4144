import type { IncomingMessage } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { answerRequest } from './answer-request.ts';
import { type Certificates, makeCertificates } from './certificates.ts';
import { createProxy } from './proxy.ts';
import { type NetworkRecord, recordedHeaders, SILENCE, sha256 } from './record.ts';
import { CALM, changedScene, type Scene, type SceneChange } from './scene.ts';

export interface NetworkDoubleOptions {
  /** Further host names and addresses for its certificate. */
  readonly names?: readonly string[];
  readonly address?: string;
  /** 0, the default of both: any free one. */
  readonly port?: number;
  readonly proxyPort?: number;
}

/** GLPI Network's stand-in: HTTPS with a CA of its own, and a proxy before it. */
export interface NetworkDouble extends AsyncDisposable {
  readonly port: number;
  readonly proxyPort: number;
  /** `https://services.glpi-network.com:port`: look that name up as `127.0.0.1`. */
  readonly url: string;
  readonly certificates: Certificates;
  readonly record: NetworkRecord;
  readonly scene: Scene;
  /** Changes what is named, for everything that comes from now on. */
  set(change: SceneChange): void;
  /** A double in good health, which remembers nothing. */
  reset(): void;
}

export const HOST = 'services.glpi-network.com';

export async function startNetworkDouble(options: NetworkDoubleOptions = {}): Promise<NetworkDouble> {
  const { names = [], address = '127.0.0.1', port = 0, proxyPort = 0 } = options;
  const certificates = await makeCertificates([HOST, 'localhost', '127.0.0.1', ...names]);
  let scene = CALM;
  let record = SILENCE;
  const tunnelled = new Set<number>();
  const connections = new Set<Socket>();

  const https = createHttpsServer(shown(certificates, scene), (request, response) => {
    note(request);
    const [fault = scene.fault, ...later] = scene.faults;
    scene = { ...scene, faults: later };
    answerRequest(request, response, scene, fault);
  });
  // A client that does not like the certificate hangs up: that is what it is here for.
  https.on('tlsClientError', (_error, socket) => socket.destroy());

  const front = createServer({ pauseOnConnect: true }, (socket) => {
    record = { ...record, connections: record.connections + 1 };
    socket.on('error', () => socket.destroy());
    if (scene.connection === 'cut') socket.destroy();
    else if (scene.connection === 'plain-http') socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    else if (scene.connection === null) https.emit('connection', socket);
  });
  const proxy = createProxy({
    scene: () => scene,
    record: (tunnel) => {
      record = { ...record, tunnels: [...record.tunnels, tunnel] };
    },
    tunnel: (localPort) => tunnelled.add(localPort),
    destination: () => ({ host: '127.0.0.1', port: portOf(front) }),
  });
  for (const server of [front, proxy]) follow(server, connections);
  await listen(front, port, address);
  await listen(proxy, proxyPort, address);

  function set(change: SceneChange): void {
    scene = changedScene(scene, change);
    https.setSecureContext(shown(certificates, scene));
  }

  function note({ method = '', url = '', rawHeaders, headers, socket }: IncomingMessage): void {
    const key = headers['x-registration-key'];
    const request = {
      via: tunnelled.has(socket.remotePort ?? 0) ? ('proxy' as const) : ('direct' as const),
      method,
      path: url,
      headers: recordedHeaders(rawHeaders),
      keySha256: typeof key === 'string' ? sha256(key) : null,
    };
    record = { ...record, requests: [...record.requests, request] };
  }

  return {
    port: portOf(front),
    proxyPort: portOf(proxy),
    url: `https://${HOST}:${portOf(front)}`,
    certificates,
    get record() {
      return record;
    },
    get scene() {
      return scene;
    },
    set,
    reset() {
      set(CALM);
      record = SILENCE;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of connections) socket.destroy();
      await Promise.all([front, proxy].map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}

function shown({ identities }: Certificates, { certificate }: Scene): { cert: string; key: string } {
  return { cert: identities[certificate].certificate, key: identities[certificate].key };
}

function follow(server: Server, connections: Set<Socket>): void {
  server.on('connection', (socket: Socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
  });
}

function listen(server: Server, port: number, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, resolve);
  });
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
