import type { NetworkCause } from './cause.ts';
import { type NetworkConstant, networkConstants } from './glpi-constants.ts';
import { majorOf } from './glpi-version.ts';

/** Where GLPI Network is without any setting (`GLPI_NETWORK_SERVICES`). */
export const DEFAULT_SERVICES = 'https://services.glpi-network.com';

/** Whose word it is where GLPI Network is. */
export type EndpointSource = 'setting' | 'environment' | 'local_define.php' | 'default';

export interface Endpoint {
  /** What is asked with the key. */
  readonly infoUrl: string;
  /** What GLPI asks without it, to see whether anybody is there (GLPINetwork::isServicesAvailable). */
  readonly pingUrl: string;
  readonly source: EndpointSource;
}

export type EndpointChoice =
  | { readonly kind: 'endpoint'; readonly endpoint: Endpoint }
  | { readonly kind: 'refused'; readonly cause: NetworkCause };

export interface EndpointSettings {
  /** Base address named for Keykeeper on purpose, the only one that may be `http://`; null if none was. */
  readonly setting: string | null;
  /** GLPI's environment, as far as it is known here. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Content of GLPI's `local_define.php`; null where there is none. */
  readonly localDefine: string | null;
}

/**
 * Where this GLPI asks about its key: Keykeeper's setting, else GLPI's own constants from its environment, else those of
 * `local_define.php`, else the default. 9.5 and 10.0 know `GLPI_NETWORK_SERVICES` and
 * `GLPI_NETWORK_REGISTRATION_API_URL`, 11 knows `GLPI_NETWORK_API_URL` between them.
 *
 * Refused: what is no address, `http://` other than from the setting, and a constant that only PHP could compute, for
 * nobody may guess where a key is sent.
 */
export function registrationEndpoint(version: string, settings: EndpointSettings): EndpointChoice {
  const setting = settings.setting;
  if (setting !== null) {
    const api = `${withoutSlashes(setting)}/api`;
    return checked(`${api}/registration/`, api, version, 'setting', 'KEYKEEPER_REGISTRATION_URL');
  }
  const { values, unread } = networkConstants(settings.environment, settings.localDefine);
  const known: NetworkConstant[] =
    majorOf(version) < 11
      ? ['GLPI_NETWORK_REGISTRATION_API_URL', 'GLPI_NETWORK_SERVICES']
      : ['GLPI_NETWORK_REGISTRATION_API_URL', 'GLPI_NETWORK_API_URL', 'GLPI_NETWORK_SERVICES'];
  const decisive = known.find((name) => values.has(name) || unread.has(name));
  if (decisive !== undefined && unread.has(decisive)) return refused(decisive, 'is computed in local_define.php');
  const found = decisive === undefined ? undefined : values.get(decisive);

  const services = withoutSlashes(values.get('GLPI_NETWORK_SERVICES')?.value ?? DEFAULT_SERVICES);
  const api = known.includes('GLPI_NETWORK_API_URL') ? values.get('GLPI_NETWORK_API_URL')?.value : undefined;
  const apiUrl = withoutSlashes(api ?? `${services}/api`);
  const registration = values.get('GLPI_NETWORK_REGISTRATION_API_URL')?.value ?? `${apiUrl}/registration/`;
  return checked(registration, apiUrl, version, found?.source ?? 'default', decisive ?? 'GLPI_NETWORK_SERVICES');
}

function checked(
  registration: string,
  api: string,
  version: string,
  source: EndpointSource,
  named: string,
): EndpointChoice {
  const infoUrl = `${withoutSlashes(registration)}/info`;
  const pingUrl = majorOf(version) < 11 ? registration : `${api}/ping`;
  for (const url of [infoUrl, pingUrl]) {
    const parsed = URL.canParse(url) ? new URL(url) : null;
    if (parsed === null) return refused(named, 'is not an address');
    if (parsed.protocol === 'http:' && source !== 'setting') return refused(named, 'is not https://');
    if (!['http:', 'https:'].includes(parsed.protocol)) return refused(named, 'is neither https:// nor http://');
    if (parsed.username !== '' || parsed.password !== '') return refused(named, 'holds a user or password');
  }
  return { kind: 'endpoint', endpoint: { infoUrl, pingUrl, source } };
}

function refused(named: string, problem: string): EndpointChoice {
  const cause = {
    code: 'endpoint-refused',
    message: `the key is sent nowhere, for ${named} ${problem}`,
    try: `set KEYKEEPER_REGISTRATION_URL to the address of GLPI Network, such as ${DEFAULT_SERVICES}`,
  } as const;
  return { kind: 'refused', cause };
}

function withoutSlashes(url: string): string {
  return url.trim().replace(/\/+$/, '');
}
