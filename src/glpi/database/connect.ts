import { createConnection as createSocket, type Socket } from 'node:net';
import type { Connection, SslOptions } from 'mysql2';
import type { Secret } from '../../core/secret.ts';
import type { HostAddress } from './address.ts';

export interface Login {
  readonly address: HostAddress;
  readonly user: string;
  readonly password: Secret<string>;
  readonly tls: SslOptions | null;
  /** Milliseconds until the login must be through. */
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
}

/** A connection that is logged in, with the socket under it: only destroying that ends a session with a hung server. */
export interface Link {
  readonly connection: Connection;
  readonly socket: Socket;
}

/** Nothing came in time. `connected`: the port answered, and then the server said nothing. */
export class ConnectTimeout extends Error {
  override readonly name = 'ConnectTimeout';
  readonly code = 'ETIMEDOUT';
  readonly connected: boolean;

  constructor(connected: boolean) {
    super('timed out');
    this.connected = connected;
  }
}

/**
 * Logs in to one address. No default schema is chosen: the server's process list then shows ours as sessions without
 * one, so that those of GLPI can be told from those of every Keykeeper that looks at the same schema.
 *
 * @throws the driver's or the socket's error as it came, for classify-error.ts; the signal's reason when aborted
 */
export async function connect(login: Login): Promise<Link> {
  login.signal?.throwIfAborted();
  const { createConnection } = await import('mysql2');
  const socket = openSocket(login.address);
  const connection = createConnection({
    stream: () => socket,
    ...(login.address.kind === 'tcp' ? { host: login.address.host, port: login.address.port } : {}),
    user: login.user,
    password: login.password.reveal(),
    charset: 'utf8mb4',
    // The server may not ask this client for files, and the driver's parsers need no code generation for rows this few.
    flags: ['-LOCAL_FILES'],
    disableEval: true,
    connectTimeout: 0,
    ...(login.tls === null ? {} : { ssl: login.tls }),
  });
  try {
    await loggedIn(connection, socket, login);
  } catch (error) {
    socket.destroy();
    throw error;
  }
  return { connection, socket };
}

function openSocket(address: HostAddress): Socket {
  if (address.kind === 'socket') return createSocket({ path: address.path });
  return createSocket({ host: address.host, port: address.port, noDelay: true, keepAlive: true });
}

function loggedIn(connection: Connection, socket: Socket, login: Login): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let connected = false;
  const timer = setTimeout(() => reject(new ConnectTimeout(connected)), login.timeout);
  const aborted = () => reject(login.signal?.reason);
  socket.once('connect', () => {
    connected = true;
  });
  connection.once('connect', () => resolve());
  // Stays for the connection's life: an error event that nobody listens to would end the process.
  connection.on('error', reject);
  login.signal?.addEventListener('abort', aborted, { once: true });
  return promise.finally(() => {
    clearTimeout(timer);
    login.signal?.removeEventListener('abort', aborted);
  });
}
