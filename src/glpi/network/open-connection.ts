import type { LookupAddress } from 'node:dns';
import { request } from 'node:http';
import { isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { ConnectionError, type Stage } from './connection-error.ts';
import type { ProxySettings } from './proxy-address.ts';
import type { Surroundings } from './surroundings.ts';

/** How to get to GLPI Network. */
export interface Route {
  /** Name or address, without brackets. */
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly proxy: ProxySettings | null;
  /** PEM certificates of everybody who may vouch for a server; null: those that Node trusts. */
  readonly ca: readonly string[] | null;
  /** Sent to a proxy, as GLPI's curl does. */
  readonly userAgent: string;
}

export interface ConnectionOptions {
  /** For everything until the connection stands, TLS included, in ms (as CURLOPT_CONNECTTIMEOUT counts). */
  readonly connectTimeout: number;
  readonly signal: AbortSignal;
  readonly surroundings: Surroundings;
  /** `false` only to look at a certificate: nothing confidential may then be sent. */
  readonly verify: boolean;
}

/**
 * Opens a connection that is ready for HTTP: over a proxy always by `CONNECT`, so that the proxy sees nothing of the
 * request. The caller destroys the socket.
 *
 * @throws ConnectionError which says how far it came
 */
export async function openConnection(route: Route, options: ConnectionOptions): Promise<Socket> {
  const { proxy } = route;
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), options.connectTimeout);
  const signal = AbortSignal.any([options.signal, late.signal]);
  let stage: Stage = proxy === null ? 'dns' : 'proxy-dns';
  let socket: Socket | null = null;
  try {
    const first = proxy ?? route;
    const addresses = await resolved(first.host, signal, options.surroundings);
    stage = proxy === null ? 'tcp' : 'proxy-tcp';
    socket = dialled(first, addresses, options.surroundings);
    await untilEvent(socket, 'connect', signal);
    if (proxy?.tls) {
      stage = 'proxy-tls';
      socket = wrapped(socket, proxy.host, route.ca, true);
      await untilEvent(socket, 'secureConnect', signal);
    }
    if (proxy !== null) {
      stage = 'proxy-connect';
      await tunnelled(socket, route, proxy, signal);
    }
    if (route.tls) {
      stage = 'tls';
      socket = wrapped(socket, route.host, route.ca, options.verify);
      await untilEvent(socket, 'secureConnect', signal);
    }
    return socket;
  } catch (error) {
    socket?.on('error', ignore).destroy();
    if (error instanceof ConnectionError) throw error;
    throw new ConnectionError(stage, signal.aborted ? 'TIMEOUT' : codeOf(error), null);
  } finally {
    clearTimeout(timer);
  }
}

async function resolved(
  host: string,
  signal: AbortSignal,
  { lookup }: Surroundings,
): Promise<readonly LookupAddress[]> {
  const family = isIP(host);
  if (family !== 0) return [{ address: host, family }];
  return unlessAborted(lookup(host), signal);
}

function dialled(
  { host, port }: { readonly host: string; readonly port: number },
  addresses: readonly LookupAddress[],
  { dial }: Surroundings,
): Socket {
  return dial({
    host,
    port,
    noDelay: true,
    autoSelectFamily: true,
    lookup: (_host, { all }, callback) => {
      const [first] = addresses;
      if (all) callback(null, [...addresses]);
      else callback(null, first?.address ?? '', first?.family ?? 4);
    },
  });
}

function wrapped(socket: Socket, host: string, ca: readonly string[] | null, verify: boolean): TLSSocket {
  return connectTls({
    socket,
    host,
    // RFC 6066, 3: an address is no server name.
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(ca === null ? {} : { ca: [...ca] }),
    ALPNProtocols: ['http/1.1'],
    rejectUnauthorized: verify,
  });
}

/** RFC 9110, 9.3.6: any 2xx opens the tunnel. */
async function tunnelled(socket: Socket, route: Route, proxy: ProxySettings, signal: AbortSignal): Promise<void> {
  const authority = `${isIP(route.host) === 6 ? `[${route.host}]` : route.host}:${route.port}`;
  const asking = request({
    method: 'CONNECT',
    path: authority,
    headers: { Host: authority, 'User-Agent': route.userAgent, 'Proxy-Connection': 'Keep-Alive', ...basic(proxy) },
    createConnection: () => socket,
    signal,
  });
  // Node's own "close" would be for the proxy, and the proxy is not to close.
  asking.removeHeader('connection');
  const status = await new Promise<number>((resolve, reject) => {
    asking.once('connect', ({ statusCode = 0 }, tunnel, head) => {
      if (head.length > 0) tunnel.unshift(head);
      resolve(statusCode);
    });
    asking.on('error', reject);
    asking.end();
  });
  if (status < 200 || status > 299) throw new ConnectionError('proxy-connect', 'STATUS', status);
}

function basic({ user, password }: ProxySettings): Record<string, string> {
  if (user === null) return {};
  const credentials = Buffer.from(`${user}:${password?.reveal() ?? ''}`).toString('base64');
  return { 'Proxy-Authorization': `Basic ${credentials}` };
}

function untilEvent(socket: Socket, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      release();
      reject(error);
    };
    const abort = (): void => fail(signal.reason);
    const close = (): void => fail(new ClosedEarly());
    const done = (): void => {
      release();
      resolve();
    };
    const release = (): void => {
      signal.removeEventListener('abort', abort);
      socket.off(event, done).off('error', fail).off('close', close);
    };
    socket.once(event, done).once('error', fail).once('close', close);
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
  });
}

/** A socket that was closed without an error of its own. */
class ClosedEarly extends Error {
  override readonly name = 'ClosedEarly';
  readonly code = 'ECONNRESET';
}

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason);
  signal.addEventListener('abort', abort);
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** With several addresses Node tries one after the other and tells all failures in one error. */
function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(codeOf).find((code) => code !== '') ?? '';
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  // Node names OpenSSL's reason in the code, but not where it noticed while writing.
  if (error.code === 'EPROTO' && 'reason' in error) return String(error.reason).toUpperCase().replaceAll(' ', '_');
  return typeof error.code === 'string' ? error.code : '';
}

function ignore(): void {}
