import { createServer, type Server, type Socket } from 'node:net';
import { systemCode } from '../../core/failure.ts';
import type { Logger } from '../logger.ts';
import { probeAddress } from './probe-address.ts';
import type { ProbeView } from './probe-view.ts';

export interface ProbeServerOptions {
  readonly view: ProbeView;
  readonly logger: Pick<Logger, 'warn'>;
  /** {@link probeAddress} unless a test has one of its own. */
  readonly address?: string;
}

/** Whoever does not take the answer is cut off after this, in ms. */
const PATIENCE = 5_000;
const MOST_CONNECTIONS = 32;

/**
 * Answers probes until it is disposed: whoever connects is told the state as one line of JSON, and nothing is read from
 * anybody. Where the address is taken, another watch of this same container answers there; that is said, and no reason to
 * end.
 */
export async function serveProbes({ view, logger, address }: ProbeServerOptions): Promise<AsyncDisposable> {
  const connected = new Set<Socket>();
  const server = createServer((socket) => {
    connected.add(socket);
    socket.on('close', () => connected.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.setTimeout(PATIENCE, () => socket.destroy());
    socket.end(`${JSON.stringify({ gate: view.gate(), live: view.live() })}\n`);
  });
  server.maxConnections = MOST_CONNECTIONS;
  try {
    await listen(server, address ?? probeAddress());
  } catch (error) {
    logger.warn('probes of this container are not answered by this watch', { reason: systemCode(error) ?? 'unknown' });
  }
  return {
    [Symbol.asyncDispose]: async () => {
      for (const socket of connected) socket.destroy();
      if (server.listening) await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ path }, resolve);
  });
}
