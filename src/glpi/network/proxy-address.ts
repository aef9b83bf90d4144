import { Secret } from '../../core/secret.ts';

/** A proxy to ask for a tunnel by `CONNECT`. */
export interface ProxySettings {
  /** Name or address, without brackets. */
  readonly host: string;
  readonly port: number;
  /** Whether the proxy itself is spoken to over TLS. */
  readonly tls: boolean;
  readonly user: string | null;
  readonly password: Secret<string> | null;
  /** Where it is set: `GLPI's settings`, or the name of an environment variable. */
  readonly setIn: string;
}

export type ProxyAddress =
  | ({ readonly kind: 'address'; readonly host: string; readonly port: number; readonly tls: boolean } & Credentials)
  | { readonly kind: 'unsupported'; readonly reason: string };

export interface Credentials {
  readonly user: string | null;
  readonly password: Secret<string> | null;
}

/**
 * Reads a proxy as curl does (CURLOPT_PROXY): `[scheme://][user:password@]host[:port]`, no scheme meaning HTTP; a port in
 * it wins over `port`; 1080 without either (443 over TLS).
 */
export function readProxyAddress(text: string, port: number | null): ProxyAddress {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text);
  const name = scheme?.[1]?.toLowerCase() ?? 'http';
  if (name !== 'http' && name !== 'https') return { kind: 'unsupported', reason: `it is a ${name} proxy` };
  const rest = text.slice(scheme?.[0].length ?? 0).replace(/[/?#].*$/s, '');
  const at = rest.lastIndexOf('@');
  const host = /^(?:\[([0-9a-f:.]+)\]|([^:[\]\s@]+))(?::(\d*))?$/i.exec(rest.slice(at + 1).trim());
  if (host === null) return { kind: 'unsupported', reason: 'it is not a host with a port' };
  const tls = name === 'https';
  const own = Number(host[3] ?? '') || port || (tls ? 443 : 1080);
  if (own > 65_535) return { kind: 'unsupported', reason: `${own} is not a port` };
  const credentials = at === -1 ? { user: null, password: null } : readCredentials(rest.slice(0, at));
  return { kind: 'address', host: host[1] ?? host[2] ?? '', port: own, tls, ...credentials };
}

/** `user:password`, split at the first colon and percent-decoded, as curl does (CURLOPT_PROXYUSERPWD). */
export function readCredentials(text: string): Credentials {
  const colon = text.indexOf(':');
  const user = percentDecoded(colon === -1 ? text : text.slice(0, colon));
  const password = colon === -1 ? null : new Secret(percentDecoded(text.slice(colon + 1)));
  return { user, password };
}

/** A `%` without two hex digits behind it stands for itself. */
function percentDecoded(text: string): string {
  const bytes = Buffer.from(text).toString('latin1');
  const decoded = bytes.replace(/%([0-9a-f]{2})/gi, (_whole, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(decoded, 'latin1').toString();
}
