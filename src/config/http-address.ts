import { InvalidValue } from './invalid-value.ts';
import type { HttpSetting } from './settings.ts';

const EXPECTED = 'an address and a port such as 127.0.0.1:8377, [::1]:8377 or 0.0.0.0:8377, or "off"';

/** Where `watch` listens and `healthcheck` asks unless told otherwise. */
export const DEFAULT_HTTP = '127.0.0.1:8377';

/** @throws InvalidValue when `text` is neither `off` nor a host with a port. */
export function parseHttpAddress(text: string): HttpSetting {
  if (text === 'off') return { kind: 'off' };
  if (/^\d{1,5}$/.test(text)) throw new InvalidValue('has no address', EXPECTED, `127.0.0.1:${text}`);
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9](?:[A-Za-z0-9.-]{0,252})))(?::(\d{1,5}))?$/.exec(text);
  if (match === null) throw new InvalidValue('is not an address and a port', EXPECTED);
  const [, bracketed, plain, digits] = match;
  if (digits === undefined) throw new InvalidValue('has no port', EXPECTED, `${text}:8377`);
  const port = Number(digits);
  if (port < 1 || port > 65_535) throw new InvalidValue('has a port that is not one from 1 to 65535', EXPECTED);
  return { kind: 'tcp', host: bracketed ?? plain ?? '', port };
}

/** The address as it is written in a setting or a URL. */
export function formatHttpAddress(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
