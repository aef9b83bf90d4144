import { createHash } from 'node:crypto';

/** One request as it arrived. */
export interface RecordedRequest {
  /** Whether it came through the double's proxy. */
  readonly via: 'direct' | 'proxy';
  readonly method: string;
  readonly path: string;
  /**
   * In order and case as sent. Of the registration key, only `sha256:` and its digest; of a password for a proxy,
   * which has no business here, only that it was sent.
   */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Lower-case hex; null when no key was sent. */
  readonly keySha256: string | null;
}

/** One `CONNECT` (or what was sent in its place) at the proxy. */
export interface RecordedTunnel {
  readonly method: string;
  readonly target: string;
  /** `missing`, `wrong` and `right` are those of user and password; `not-asked` where the scene demands none. */
  readonly password: 'missing' | 'wrong' | 'right' | 'not-asked';
  readonly headers: readonly (readonly [name: string, value: string])[];
}

export interface NetworkRecord {
  /** Connections that reached the double's TLS port, whatever came of them. */
  readonly connections: number;
  readonly requests: readonly RecordedRequest[];
  readonly tunnels: readonly RecordedTunnel[];
}

export const SILENCE: NetworkRecord = { connections: 0, requests: [], tunnels: [] };

/** Pairs of Node's `rawHeaders`, secrets replaced. */
export function recordedHeaders(raw: readonly string[]): (readonly [string, string])[] {
  const pairs: (readonly [string, string])[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const [name = '', value = ''] = [raw[index], raw[index + 1]];
    pairs.push([name, recordedValue(name.toLowerCase(), value)]);
  }
  return pairs;
}

function recordedValue(name: string, value: string): string {
  if (name === 'x-registration-key') return `sha256:${sha256(value)}`;
  if (name === 'proxy-authorization' || name === 'authorization') return '[sent]';
  return value;
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
