import { BlockList, isIP } from 'node:net';

/**
 * Whether a host is to be reached without the proxy of the environment, by curl's rules for `NO_PROXY`: names separated by
 * commas or spaces, each standing for itself and everything below it, with or without a leading dot; addresses and, from
 * curl 7.86 on, networks (`10.0.0.0/8`); `*` alone for everything.
 */
export function isExempt(host: string, list: string): boolean {
  if (list.trim() === '*') return true;
  const wanted = withoutDots(host);
  const entries = list.split(/[\s,]+/).filter((entry) => entry !== '');
  if (isIP(wanted) === 0) return entries.some((entry) => namesHost(withoutDots(entry), wanted));
  return entries.some((entry) => holdsAddress(entry, wanted));
}

function namesHost(entry: string, host: string): boolean {
  return entry !== '' && (host === entry || host.endsWith(`.${entry}`));
}

function holdsAddress(entry: string, address: string): boolean {
  const [network = '', bits] = entry.replace(/[[\]]/g, '').split('/');
  if (isIP(network) === 0 || isIP(network) !== isIP(address)) return false;
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  const width = bits === undefined ? (family === 'ipv6' ? 128 : 32) : Number(bits);
  if (!Number.isInteger(width) || width < 0 || width > (family === 'ipv6' ? 128 : 32)) return false;
  const members = new BlockList();
  members.addSubnet(network, width, family);
  return members.check(address, family);
}

function withoutDots(name: string): string {
  return name
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/^\.+|\.+$/g, '');
}
