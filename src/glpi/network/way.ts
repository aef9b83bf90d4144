import type { ProxyChoice } from './choose-proxy.ts';
import type { Surroundings } from './surroundings.ts';

/** By what way and with how much patience GLPI Network is asked. */
export interface Way {
  readonly proxy: ProxyChoice;
  /** Content of a PEM file with further CA certificates; null: only those that Node trusts. */
  readonly caFile: string | null;
  /** For name, proxy and TLS together, in ms; GLPI's own is 5 s. */
  readonly connectTimeout?: number;
  /** For everything, tries and waits included, in ms. */
  readonly totalTimeout?: number;
  /** Bytes of an answer's body that are read at most. */
  readonly bodyLimit?: number;
  /** How often it is tried at most, if nothing came through. */
  readonly attempts?: number;
  readonly signal?: AbortSignal;
  readonly surroundings?: Surroundings;
}

export const WAY_DEFAULTS = {
  /** CURLOPT_CONNECTTIMEOUT of Toolbox::callCurl, 9.5 to 11.0. */
  connectTimeout: 5000,
  totalTimeout: 30_000,
  bodyLimit: 256 * 1024,
  attempts: 3,
} as const;
