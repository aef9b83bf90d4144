import type { Server } from 'node:http';
import { formatHttpAddress } from '../../config/http-address.ts';
import { Failure, systemCode } from '../../core/failure.ts';
import type { AppOptions } from './app.ts';

export interface HttpServer extends AsyncDisposable {
  /** The port that it listens on: the one asked for, or, for 0, the one that was free. */
  readonly port: number;
}

/** A client gets this long for a whole request and for its headers; what takes longer is cut off. In ms. */
const REQUEST_TIMEOUT = 10_000;
const HEADERS_TIMEOUT = 5_000;
const KEEP_ALIVE_TIMEOUT = 5_000;
/** Slow clients are looked for this often, in ms. */
const CONNECTIONS_CHECK = 2_000;
const MOST_HEADER_BYTES = 8 * 1024;
const MOST_CONNECTIONS = 64;
/** What is still being answered may finish this long when the server stops, in ms. */
const STOP_PATIENCE = 1_000;

/**
 * Serves the keeper over HTTP until it is disposed. The HTTP framework is loaded here.
 *
 * @param port 0 takes a free one
 * @throws Failure `invalid-setting` when the address cannot be listened on
 */
export async function startHttpServer(options: AppOptions & { readonly port: number }): Promise<HttpServer> {
  const { createAdaptorServer } = await import('@hono/node-server');
  const { createApp } = await import('./app.ts');
  const server = createAdaptorServer({
    fetch: createApp(options).fetch,
    overrideGlobalObjects: false,
    serverOptions: {
      requestTimeout: REQUEST_TIMEOUT,
      headersTimeout: HEADERS_TIMEOUT,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT,
      connectionsCheckingInterval: CONNECTIONS_CHECK,
      maxHeaderSize: MOST_HEADER_BYTES,
    },
  }) as Server;
  server.maxConnections = MOST_CONNECTIONS;
  await listen(server, options.host, options.port);
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : options.port,
    [Symbol.asyncDispose]: () => stop(server),
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(listenFailure(error, formatHttpAddress(host, port))));
    server.listen({ host, port }, resolve);
  });
}

function listenFailure(error: Error, address: string): Failure {
  const code = systemCode(error) ?? 'unknown error';
  const why: Record<string, string> = {
    EADDRINUSE: 'something else listens there',
    EADDRNOTAVAIL: 'this container does not have that address',
    EACCES: 'this user may not use that port',
    ENOTFOUND: 'that name is not known',
  };
  return new Failure('invalid-setting', `cannot listen on ${address}: ${why[code] ?? code}`, {
    target: 'KEYKEEPER_HTTP',
    expected: 'an address of this container and a free port',
    try: 'KEYKEEPER_HTTP=127.0.0.1:8378, or off; healthcheck needs the same setting',
    cause: error,
  });
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
