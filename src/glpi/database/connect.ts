import { createConnection as createSocket, type Socket } from 'node:net';
import type { Connection, ConnectionOptions, SslOptions } from 'mysql2';
import type { Secret } from '../../core/secret.ts';
import type { HostAddress } from '../config-db.ts';
import { limitAnswer } from './limit-answer.ts';

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

/** Bytes that a server sends until a login is through, certificates and all, are a few thousand. */
const LONGEST_LOGIN = 1024 * 1024;

/** What answers there speaks another protocol. */
class NotMysql extends Error {
  override readonly name = 'NotMysql';
  readonly code = 'NOT_MYSQL';
}

/**
 * Logs in to one address. No default schema is chosen: the server's process list then shows ours as sessions without
 * one, so that those of GLPI can be told from those of every Keykeeper that looks at the same schema.
 *
 * @throws the driver's or the socket's error as it came, for classify-error.ts; the signal's reason when aborted
 */
export async function connect(login: Login): Promise<Link> {
  const { signal } = login;
  signal?.throwIfAborted();
  const socket = openSocket(login.address);
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => undefined);
  let connected = false;
  socket.once('connect', () => {
    connected = true;
  });
  // Stay for the connection's life: an error event that nobody listens to would end the process.
  socket.on('error', failed.reject);
  const timer = setTimeout(() => failed.reject(new ConnectTimeout(connected)), login.timeout);
  const aborted = () => failed.reject(signal?.reason);
  signal?.addEventListener('abort', aborted, { once: true });
  using _ = limitAnswer(socket, LONGEST_LOGIN, () =>
    failed.reject(new NotMysql('the login of a MySQL server is short')),
  );
  try {
    const [driver] = await Promise.race([Promise.all([import('mysql2'), greeted(socket)]), failed.promise]);
    const connection = driver.createConnection(optionsOver(socket, login));
    connection.on('error', failed.reject);
    const loggedIn = new Promise((resolve) => connection.once('connect', resolve));
    await Promise.race([loggedIn, failed.promise]);
    return { connection, socket };
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', aborted);
  }
}

function openSocket(address: HostAddress): Socket {
  if (address.kind === 'socket') return createSocket({ path: address.path });
  return createSocket({ host: address.host, port: address.port, noDelay: true, keepAlive: true });
}

/**
 * Resolves once the server's first packet has begun, and leaves it to be read: a length of 3 bytes, the number 0, then
 * the protocol's version 10 or an error's 255 (MySQL client/server protocol, "Connection Phase"). The driver would wait
 * for the megabytes that any other text announces.
 */
function greeted(socket: Socket): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once('readable', () => {
    const bytes: Buffer | null = socket.read();
    if (bytes === null) return reject(Object.assign(new Error('closed'), { code: 'PROTOCOL_CONNECTION_LOST' }));
    socket.unshift(bytes);
    const [, , longest, number, version] = bytes;
    const odd = (longest ?? 0) !== 0 || (number ?? 0) !== 0 || ![10, 255].includes(version ?? 10);
    return odd ? reject(new NotMysql('not the greeting of a MySQL server')) : resolve();
  });
  return promise;
}

function optionsOver(socket: Socket, { address, user, password, tls }: Login): ConnectionOptions {
  return {
    stream: () => socket,
    ...(address.kind === 'tcp' ? { host: address.host, port: address.port } : {}),
    user,
    password: password.reveal(),
    charset: 'utf8mb4',
    dateStrings: true,
    // The server may not ask this client for files, and rows this few need no generated code to be read.
    flags: ['-LOCAL_FILES'],
    disableEval: true,
    connectTimeout: 0,
    ...(tls === null ? {} : { ssl: tls }),
  };
}
