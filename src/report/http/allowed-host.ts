import { isIP } from 'node:net';

/** Ends of names that no public DNS zone has: Kubernetes services, mDNS (RFC 6762), private use (ICANN 2024). */
const PRIVATE_ENDS = ['.localhost', '.svc', '.local', '.internal', '.home.arpa'];

/**
 * Whether a request was meant for this server, by its Host header. A web page whose own name was pointed at this address
 * (DNS rebinding) comes with that page's name. On loopback only loopback's names are right; elsewhere also addresses,
 * names without a dot and names that cannot be public.
 *
 * @param listening the host that the server listens on, without brackets
 */
export function isAllowedHost(header: string | undefined, listening: string): boolean {
  const host = hostOf(header);
  if (host === null) return false;
  if (host === listening.toLowerCase() || isLoopback(host)) return true;
  if (isLoopback(listening.toLowerCase())) return false;
  if (isIP(host) !== 0 || !host.includes('.')) return true;
  return PRIVATE_ENDS.some((end) => host.endsWith(end));
}

/** Whether a request comes from the server's own origin, or from no web page at all. */
export function isAllowedOrigin(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true;
  return host !== undefined && (origin === `http://${host}` || origin === `https://${host}`);
}

/** The header without port and brackets, in lower case; null where it is no host. */
function hostOf(header: string | undefined): string | null {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/i.exec(header ?? '');
  const host = match?.[1] ?? match?.[2];
  return host === undefined ? null : host.toLowerCase().replace(/\.$/, '');
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
