import { Secret } from '../../core/secret.ts';
import type { NetworkCause } from './cause.ts';
import { majorOf } from './glpi-version.ts';
import { isExempt } from './no-proxy.ts';
import { type Credentials, type ProxySettings, readCredentials, readProxyAddress } from './proxy-address.ts';

export type { ProxySettings } from './proxy-address.ts';

/** GLPI's own settings of `glpi_configs`, context `core`, as they stand there; the password opened. */
export interface GlpiProxySettings {
  /** `proxy_name`. */
  readonly name: string | null;
  /** `proxy_port`. */
  readonly port: string | null;
  /** `proxy_user`. */
  readonly user: string | null;
  /** `proxy_passwd`, in clear; null where there is none or no key opens it. */
  readonly password: Secret<string> | null;
  /** `proxy_exclusions`: a JSON array of class names, in GLPI 11. */
  readonly exclusions: string | null;
}

export type ProxyChoice =
  | { readonly kind: 'direct' }
  | { readonly kind: 'proxy'; readonly settings: ProxySettings }
  | { readonly kind: 'refused'; readonly cause: NetworkCause };

/** The part of GLPI that asks GLPI Network, as GLPI 11 names it in `proxy_exclusions`. */
const ASKING_CLASS = 'GLPINetwork';

/**
 * Which proxy GLPI would take to a host: that of its own settings (Toolbox::callCurl), unless GLPI 11's exclusions name the
 * class that asks; else, as curl does, that of the environment, lower case before upper, unless `no_proxy` names the host.
 *
 * @param host name or address of GLPI Network
 * @param plainHttp whether it is asked over `http://`, for which curl reads `http_proxy` alone, and never in upper case
 */
export function chooseProxy(
  glpi: GlpiProxySettings | null,
  environment: Readonly<Record<string, string | undefined>>,
  host: string,
  version: string,
  plainHttp = false,
): ProxyChoice {
  if (glpi !== null && !isEmpty(glpi.name) && !isExcluded(glpi.exclusions, version)) {
    return chosen(
      glpi.name,
      Number.parseInt(glpi.port ?? '', 10) || null,
      "GLPI's settings",
      glpiCredentials(glpi, version),
    );
  }
  const names = plainHttp
    ? ['http_proxy', 'all_proxy', 'ALL_PROXY']
    : ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'];
  const name = names.find((each) => environment[each]);
  const text = name === undefined ? undefined : environment[name];
  if (name === undefined || text === undefined) return { kind: 'direct' };
  if (isExempt(host, environment.no_proxy || environment.NO_PROXY || '')) return { kind: 'direct' };
  return chosen(text, null, name, null);
}

function chosen(text: string, port: number | null, setIn: string, credentials: Credentials | null): ProxyChoice {
  const address = readProxyAddress(text, port);
  if (address.kind === 'unsupported') {
    const cause = {
      code: 'proxy-unsupported',
      message: `the proxy of ${setIn} cannot be used: ${address.reason}`,
      try: `name an HTTP proxy as host and port in ${setIn}`,
    } as const;
    return { kind: 'refused', cause };
  }
  const { host, tls } = address;
  const { user, password } = address.user === null && credentials !== null ? credentials : address;
  return { kind: 'proxy', settings: { host, port: address.port, tls, user, password, setIn } };
}

/**
 * 9.5 and 10.0 hand user and password to curl as they are, which takes the first colon for the end of the name and decodes
 * `%41`; 11 encodes both before.
 */
function glpiCredentials({ user, password }: GlpiProxySettings, version: string): Credentials | null {
  if (isEmpty(user)) return null;
  if (majorOf(version) < 11) return readCredentials(`${user}:${password?.reveal() ?? ''}`);
  return { user, password: password ?? new Secret('') };
}

function isExcluded(exclusions: string | null, version: string): boolean {
  if (exclusions === null || majorOf(version) < 11) return false;
  try {
    const classes: unknown = JSON.parse(exclusions);
    return Array.isArray(classes) && classes.includes(ASKING_CLASS);
  } catch {
    return false;
  }
}

/** PHP's `empty()`. */
function isEmpty(text: string | null): text is null | '' | '0' {
  return text === null || text === '' || text === '0';
}
