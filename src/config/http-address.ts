import { absolutePath } from '../core/brand.ts';
import { InvalidValue } from './invalid-value.ts';
import type { HttpAddress, HttpSetting } from './settings.ts';

const EXPECTED =
  'an address and a port such as 127.0.0.1:8377, [::1]:8377 or 0.0.0.0:8377, a socket such as unix:/run/keykeeper.sock, or "off"';

/** unix(7): a socket's path has 108 bytes with the NUL at its end. */
const LONGEST_PATH = 107;

/** Where `watch` listens and `healthcheck` asks unless told otherwise. */
export const DEFAULT_HTTP = '127.0.0.1:8377';

/** @throws InvalidValue when `text` is neither `off` nor a host with a port nor a socket. */
export function parseHttpAddress(text: string): HttpSetting {
  if (text === 'off') return { kind: 'off' };
  if (text.startsWith('unix:')) return parseSocket(text.slice('unix:'.length));
  if (text.startsWith('/')) throw new InvalidValue('is a path', EXPECTED, `unix:${text}`);
  if (/^\d{1,5}$/.test(text)) throw new InvalidValue('has no address', EXPECTED, `127.0.0.1:${text}`);
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9](?:[A-Za-z0-9.-]{0,252})))(?::(\d{1,5}))?$/.exec(text);
  if (match === null) throw new InvalidValue('is not an address and a port', EXPECTED);
  const [, bracketed, plain, digits] = match;
  if (digits === undefined) throw new InvalidValue('has no port', EXPECTED, `${text}:8377`);
  const port = Number(digits);
  if (port < 1 || port > 65_535) throw new InvalidValue('has a port that is not one from 1 to 65535', EXPECTED);
  return { kind: 'tcp', host: bracketed ?? plain ?? '', port };
}

function parseSocket(path: string): HttpAddress {
  const plain = /^(?:\/[^/\0]+)+$/.test(path) && !path.split('/').some((name) => name === '.' || name === '..');
  if (!plain) throw new InvalidValue('is not the absolute path of a socket', EXPECTED);
  if (Buffer.byteLength(path) > LONGEST_PATH) {
    throw new InvalidValue(`has a path longer than the ${LONGEST_PATH} bytes that a socket's may have`, EXPECTED);
  }
  return { kind: 'unix', path: absolutePath(path) };
}

/** The address as it is written in a setting. */
export function formatHttpAddress(address: HttpAddress): string {
  if (address.kind === 'unix') return `unix:${address.path}`;
  const { host, port } = address;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
