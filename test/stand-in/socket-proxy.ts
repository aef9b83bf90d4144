import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/**
 * A socket proxy in front of Docker Engine: lets GET pass in the sections named, and answers 403 to all else. `exec` lets
 * commands be started in containers, too.
 */
export interface SocketProxy extends AsyncDisposable {
  readonly port: number;
  /** What was asked, allowed or not: `GET /v1.41/containers/json?…`. */
  readonly requests: readonly string[];
  /** Ends all connections, as a proxy that is restarted does. */
  cut(): void;
  /** Keeps all connections and lets nothing through any more, as a half-open connection does. */
  deafen(): void;
}

export interface SocketProxyOptions {
  /** First part of allowed paths: `containers`, `events`, `version`, `volumes`, `exec`. */
  readonly rights: readonly string[];
  /** 0: any free one. */
  readonly port?: number;
  readonly address?: string;
  readonly socketPath?: string;
}

export async function startSocketProxy(options: SocketProxyOptions): Promise<SocketProxy> {
  const { rights, port = 0, address = '127.0.0.1', socketPath = '/var/run/docker.sock' } = options;
  const requests: string[] = [];
  const connections = new Set<Socket>();
  const answers = new Set<IncomingMessage>();
  const server = createServer((incoming, outgoing) => {
    requests.push(`${incoming.method} ${incoming.url}`);
    if (isAllowed(incoming, rights)) forward(incoming, outgoing, socketPath, answers);
    else outgoing.writeHead(403).end('<html><body><h1>403 Forbidden</h1></body></html>');
  });
  server.on('connection', (socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(port, address, resolve));
  const cut = (): void => {
    for (const socket of connections) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    cut,
    deafen() {
      for (const answer of answers) answer.unpipe().resume();
    },
    async [Symbol.asyncDispose]() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function isAllowed({ method, url = '' }: IncomingMessage, rights: readonly string[]): boolean {
  const section = /^(?:\/v[\d.]+)?\/([a-z_]+)/.exec(url)?.[1];
  if (section === undefined || !rights.includes(section)) return false;
  const startsCommand = /^(?:\/v[\d.]+)?\/(?:containers\/[\w.-]+\/exec|exec\/[0-9a-f]+\/start)$/.test(url);
  return method === 'GET' || (method === 'POST' && rights.includes('exec') && startsCommand);
}

function forward(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  socketPath: string,
  answers: Set<IncomingMessage>,
): void {
  const { method, url, headers } = incoming;
  // A connection for each question: one that is kept may be closed by the engine at the moment it is used again.
  const asking = httpRequest({ socketPath, method, path: url, headers, agent: false }, (answer) => {
    answers.add(answer);
    answer.on('close', () => answers.delete(answer));
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers).flushHeaders();
    answer.pipe(outgoing);
  });
  asking.on('error', () => outgoing.destroy());
  outgoing.on('close', () => asking.destroy());
  incoming.pipe(asking);
}

// As a container: the rights come from variables as those of docker-socket-proxy do (CONTAINERS=1).
if (import.meta.main) {
  const rights = ['containers', 'events', 'version', 'volumes'];
  const isSet = (name: string): boolean => process.env[name] === '1';
  const granted = rights.filter((right) => isSet(right.toUpperCase()));
  if (isSet('EXEC') && isSet('POST')) granted.push('exec');
  const proxy = await startSocketProxy({ rights: granted, port: 2375, address: '0.0.0.0' });
  process.on('SIGTERM', () => void proxy[Symbol.asyncDispose]());
}
