import type { HostAddress } from '../config-db.ts';

/** `host:port` (IPv6 in brackets) or the socket's path: the address as messages and generations name it. */
export function addressText(address: HostAddress): string {
  if (address.kind === 'socket') return address.path;
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}
