import { hostAddress } from '../glpi/config-db.ts';

/** `host:port` or a socket's path; several hosts are sorted and joined with commas. */
export function describeAddress(hosts: readonly string[]): string {
  return hosts
    .map(hostAddress)
    .map((each) => (each.kind === 'socket' ? each.path : `${each.host}:${each.port}`))
    .sort()
    .join(',');
}
