import { formatHttpAddress } from '../config/http-address.ts';
import type { HttpAddress } from '../config/settings.ts';
import { exchange, reasonOf } from './exchange.ts';

export interface HealthAnswer {
  readonly healthy: boolean;
  /** One line. */
  readonly reason: string;
}

/**
 * Asks GET /healthz of a `watch`, in HTTP/1.0 (RFC 1945), whose answers end with the connection.
 *
 * @param listening where it listens; the addresses that mean "every interface" are asked on loopback
 */
export async function askHealth(listening: HttpAddress): Promise<HealthAnswer> {
  const asked = askedAt(listening);
  const address = formatHttpAddress(asked);
  const target = asked.kind === 'unix' ? { path: asked.path } : { host: asked.host, port: asked.port };
  const host = asked.kind === 'unix' ? 'localhost' : address;
  try {
    return readAnswer(await exchange(target, `GET /healthz HTTP/1.0\r\nHost: ${host}\r\n\r\n`), address);
  } catch (error) {
    const hint = 'is keykeeper watch running, with the same KEYKEEPER_HTTP?';
    return { healthy: false, reason: `nothing answers at ${address} (${reasonOf(error)}): ${hint}` };
  }
}

function askedAt(listening: HttpAddress): HttpAddress {
  if (listening.kind === 'unix') return listening;
  const { kind, host, port } = listening;
  return { kind, host: host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host, port };
}

function readAnswer(answer: string, address: string): HealthAnswer {
  const status = /^HTTP\/1\.[01] (\d{3})\b/.exec(answer)?.[1];
  const body = answer.slice(answer.indexOf('\r\n\r\n') + 4);
  const reason = status === undefined ? null : reasonIn(body);
  if (reason === null) return { healthy: false, reason: `what answers at ${address} is not keykeeper watch` };
  return { healthy: status === '200', reason };
}

function reasonIn(body: string): string | null {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed !== 'object' || parsed === null || !('reason' in parsed)) return null;
    return typeof parsed.reason === 'string' ? parsed.reason.replace(/\s+/g, ' ') : null;
  } catch {
    return null;
  }
}
