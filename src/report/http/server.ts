import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { promisify } from 'node:util';
import type { HttpAddress } from '../../config/settings.ts';
import type { AppOptions } from './app.ts';
import { HTTP_LIMITS, type HttpLimits } from './http-limits.ts';
import { listen } from './listen.ts';

export interface HttpServer extends AsyncDisposable {
  /** The port that it listens on: the one asked for, or, for 0, the one that was free. 0 for a socket. */
  readonly port: number;
  /** How many clients are connected. */
  connections(): Promise<number>;
}

export interface ServerOptions extends Omit<AppOptions, 'host' | 'limits'> {
  /** Port 0 takes a free one. */
  readonly address: HttpAddress;
  readonly limits?: Partial<HttpLimits>;
}

/** What is still being answered may finish this long when the server stops, in ms. */
const STOP_PATIENCE = 1_000;
/** Requests on one connection: then it is closed, and counted anew. */
const MOST_REQUESTS = 1_000;

/**
 * Serves the keeper over HTTP until it is disposed. The HTTP framework is loaded here.
 *
 * @throws Failure `invalid-setting` when the address cannot be listened on
 */
export async function startHttpServer({ address, ...options }: ServerOptions): Promise<HttpServer> {
  const { createAdaptorServer } = await import('@hono/node-server');
  const { createApp } = await import('./app.ts');
  const limits = { ...HTTP_LIMITS, ...options.limits };
  // Whoever reaches a socket is on this machine.
  const host = address.kind === 'unix' ? 'localhost' : address.host;
  const server = createAdaptorServer({
    fetch: createApp({ ...options, host, limits }).fetch,
    overrideGlobalObjects: false,
    serverOptions: {
      requestTimeout: limits.request,
      headersTimeout: limits.headers,
      keepAliveTimeout: limits.keepAlive,
      connectionsCheckingInterval: limits.check,
      maxHeaderSize: limits.headerBytes,
    },
  }) as Server;
  server.maxConnections = limits.connections;
  server.maxRequestsPerSocket = MOST_REQUESTS;
  server.timeout = limits.silence;
  server.on('connection', boundedByAddress(limits.connectionsOfOne));
  await listen(server, address);
  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : 0,
    connections: () => promisify(server.getConnections.bind(server))(),
    [Symbol.asyncDispose]: () => stop(server),
  };
}

/** Takes `most` connections of one address at a time, and ends each further one. */
function boundedByAddress(most: number): (socket: Socket) => void {
  const open = new Map<string, number>();
  return function bound(socket) {
    const client = socket.remoteAddress;
    // A socket's clients have none.
    if (client === undefined) return;
    const count = (open.get(client) ?? 0) + 1;
    open.set(client, count);
    socket.once('close', () => {
      const left = (open.get(client) ?? 1) - 1;
      if (left > 0) open.set(client, left);
      else open.delete(client);
    });
    if (count > most) socket.destroy();
  };
}

async function stop(server: Server): Promise<void> {
  const patience = setTimeout(() => server.closeAllConnections(), STOP_PATIENCE);
  try {
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeIdleConnections();
    });
  } finally {
    clearTimeout(patience);
  }
}
