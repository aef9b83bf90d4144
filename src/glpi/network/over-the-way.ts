import type { Socket } from 'node:net';
import type { NetworkCause } from './cause.ts';
import { ConnectionError } from './connection-error.ts';
import { explainCertificate } from './explain-certificate.ts';
import { explainConnection, isCertificateError } from './explain-connection.ts';
import { explainExchange } from './explain-reply.ts';
import { keylessHeaders } from './glpi-request.ts';
import { ExchangeError } from './http-exchange.ts';
import { lookAtCertificate } from './look-at-certificate.ts';
import { openConnection, type Route } from './open-connection.ts';
import type { ProxySettings } from './proxy-address.ts';
import type { EndpointSource } from './registration-endpoint.ts';
import { SYSTEM } from './surroundings.ts';
import { trustedAuthorities } from './trusted-authorities.ts';
import { WAY_DEFAULTS, type Way } from './way.ts';
import { withRetries } from './with-retries.ts';

/** Who is to be reached. */
export interface Destination {
  readonly url: URL;
  /** What may be asked without a key, on the same server. */
  readonly pingUrl: string;
  readonly source: EndpointSource;
  /** GLPI's, for the headers of keyless questions. */
  readonly version: string;
}

/** A connection that stands, verified. Whoever uses it destroys the socket. */
export interface Standing {
  readonly socket: Socket;
  readonly bodyLimit: number;
  readonly signal: AbortSignal;
  /** The time, in ms since 1970. */
  readonly now: () => number;
}

export type Outcome<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'failed'; readonly cause: NetworkCause };

/**
 * Connects and lets `use` do what it wants with the connection, again if nobody can have heard it; says of every failure
 * before an HTTP answer what it is.
 *
 * @throws the reason of the way's signal when that is aborted
 */
export async function overTheWay<T>(
  destination: Destination,
  way: Way,
  use: (standing: Standing) => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  const { caFile, proxy, surroundings = SYSTEM, signal: caller } = way;
  caller?.throwIfAborted();
  if (destination.url.protocol !== 'https:' && destination.source !== 'setting')
    return failed(insecure(destination.url));
  if (proxy.kind === 'refused') return failed(proxy.cause);
  const ca = trustedAuthorities(caFile);
  if (ca === 'unusable') return failed(unusableCaFile());
  const route = routeTo(destination, proxy.kind === 'proxy' ? proxy.settings : null, ca);

  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), way.totalTimeout ?? WAY_DEFAULTS.totalTimeout);
  const signal = caller === undefined ? late.signal : AbortSignal.any([caller, late.signal]);
  try {
    const attempt = (): Promise<Outcome<T>> => tryOnce(destination, route, way, signal, use);
    const causeOf = (outcome: Outcome<T>): NetworkCause | null => (outcome.kind === 'failed' ? outcome.cause : null);
    const outcome = await withRetries(way.attempts ?? WAY_DEFAULTS.attempts, attempt, causeOf, surroundings, signal);
    caller?.throwIfAborted();
    return outcome;
  } finally {
    clearTimeout(timer);
  }
}

async function tryOnce<T>(
  { pingUrl, version }: Destination,
  route: Route,
  way: Way,
  signal: AbortSignal,
  use: (standing: Standing) => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  const { connectTimeout = WAY_DEFAULTS.connectTimeout, bodyLimit = WAY_DEFAULTS.bodyLimit } = way;
  const { surroundings = SYSTEM } = way;
  const options = { connectTimeout, signal, surroundings };
  try {
    const socket = await openConnection(route, { ...options, verify: true });
    return await use({ socket, bodyLimit, signal, now: () => surroundings.now() });
  } catch (error) {
    if (error instanceof ExchangeError) {
      return failed(explainExchange(error, route.host, way.totalTimeout ?? WAY_DEFAULTS.totalTimeout));
    }
    if (!(error instanceof ConnectionError)) throw error;
    if (!isCertificateError(error)) return failed(explainConnection(error, route));
    const look = await lookAtCertificate(route, pingUrl, version, options);
    return failed(explainCertificate(error.code, route.host, look, surroundings.now()));
  }
}

function routeTo({ url, version }: Destination, proxy: ProxySettings | null, ca: readonly string[] | null): Route {
  const tls = url.protocol === 'https:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port) || (tls ? 443 : 80);
  return { host, port, tls, proxy, ca, userAgent: keylessHeaders(version)['User-Agent'] ?? '' };
}

function failed(cause: NetworkCause): { readonly kind: 'failed'; readonly cause: NetworkCause } {
  return { kind: 'failed', cause };
}

function insecure({ host }: URL): NetworkCause {
  return {
    code: 'endpoint-refused',
    message: `the key is not sent to ${host}, for that is not https://`,
    try: 'name the address with https://, or name this very one with KEYKEEPER_REGISTRATION_URL if it is meant so',
  };
}

function unusableCaFile(): NetworkCause {
  return {
    code: 'ca-file-unusable',
    message: 'there is no usable certificate in the CA file',
    try: 'name a PEM file with KEYKEEPER_CA_FILE: it starts with -----BEGIN CERTIFICATE-----',
  };
}
