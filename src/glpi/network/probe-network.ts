import type { NetworkCause } from './cause.ts';
import { clockSkew } from './clock-skew.ts';
import { explainStatus } from './explain-reply.ts';
import { keylessHeaders } from './glpi-request.ts';
import { exchange } from './http-exchange.ts';
import { overTheWay } from './over-the-way.ts';
import type { Endpoint } from './registration-endpoint.ts';
import type { Way } from './way.ts';

export interface ProbeRequest extends Way {
  readonly endpoint: Endpoint;
  /** GLPI's. */
  readonly version: string;
  /** `connection`: name, TCP, proxy and TLS; `ping`: GLPI's own keyless question over it, too. */
  readonly depth: 'connection' | 'ping';
}

export type ProbeAnswer =
  | {
      readonly kind: 'reachable';
      /** HTTP status of the ping; null where only the connection was tried. */
      readonly status: number | null;
      /** How far the clock here is ahead (negative: behind), in ms; null when about right, or not known. */
      readonly clockSkew: number | null;
    }
  | { readonly kind: 'unreachable'; readonly cause: NetworkCause };

/**
 * Whether GLPI Network can be reached, found out without the key. What a ping is answered with does not matter, as with GLPI
 * (GLPINetwork::isServicesAvailable), unless it is known to be the answer of a portal or filter, or of a server that cannot
 * answer now.
 *
 * @throws the reason of `signal` when that is aborted
 */
export async function probeNetwork(request: ProbeRequest): Promise<ProbeAnswer> {
  const { endpoint, version, depth } = request;
  const url = new URL(endpoint.pingUrl);
  const destination = { url, pingUrl: endpoint.pingUrl, source: endpoint.source, version };
  const outcome = await overTheWay<ProbeAnswer>(destination, request, async ({ socket, bodyLimit, signal, now }) => {
    if (depth === 'connection') {
      socket.destroy();
      return { kind: 'done', value: { kind: 'reachable', status: null, clockSkew: null } };
    }
    const reply = await exchange(socket, { url, headers: keylessHeaders(version), bodyLimit, signal });
    const cause = explainStatus(reply, url, now());
    if (cause !== null) return { kind: 'failed', cause };
    const skew = clockSkew(reply.headers.date, now());
    return { kind: 'done', value: { kind: 'reachable', status: reply.status, clockSkew: skew } };
  });
  return outcome.kind === 'failed' ? { kind: 'unreachable', cause: outcome.cause } : outcome.value;
}
