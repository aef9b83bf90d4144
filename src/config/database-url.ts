import { InvalidValue } from './invalid-value.ts';
import type { DatabaseSetting } from './settings.ts';

const EXPECTED =
  'auto, none, mysql://user@host:port/name, or mysql://user@localhost/name?socket=/path/of/socket for a socket';

/**
 * Reads `KEYKEEPER_DATABASE`. The URL's parts may be percent-encoded (RFC 3986, section 2.1).
 *
 * @throws InvalidValue for anything else, and for a URL that holds a password
 */
export function parseDatabaseSetting(text: string): DatabaseSetting {
  if (text === 'auto' || text === 'none') return { kind: text };
  const url = parseUrl(text);
  if (url.password !== '') {
    throw new InvalidValue(
      'holds a password, which everybody who may read the configuration would see',
      'the URL without it, and KEYKEEPER_DATABASE_PASSWORD_FILE or KEYKEEPER_DATABASE_PASSWORD beside it',
      'mysql://user@host:port/name',
    );
  }
  const user = decoded(url.username);
  const schema = decoded(url.pathname.slice(1));
  if (user === '') throw new InvalidValue('names no user', EXPECTED);
  if (schema === '' || schema.includes('/')) throw new InvalidValue('does not end in the name of a database', EXPECTED);
  return { kind: 'url', hosts: [hostOf(url)], user, schema, password: null };
}

function parseUrl(text: string): URL {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) throw new InvalidValue('is not a URL', EXPECTED);
  if (scheme !== 'mysql') throw new InvalidValue(`has a scheme other than mysql`, EXPECTED);
  if (!URL.canParse(text)) throw new InvalidValue('is not a URL that can be read', EXPECTED);
  return new URL(text);
}

/** The host as config_db.php writes it: `host:port`, or `localhost:/path` for a socket. */
function hostOf(url: URL): string {
  if (url.hash !== '') throw new InvalidValue('has a fragment (#)', EXPECTED);
  const unknown = [...url.searchParams.keys()].find((name) => name !== 'socket');
  if (unknown !== undefined) throw new InvalidValue('has parameters other than ?socket=', EXPECTED);
  const sockets = url.searchParams.getAll('socket');
  if (sockets.length > 1) throw new InvalidValue('names more than one socket', EXPECTED);
  const [socket] = sockets;
  if (socket === undefined) {
    if (url.hostname === '') throw new InvalidValue('names no host', EXPECTED);
    return `${decoded(url.hostname)}:${url.port === '' ? '3306' : url.port}`;
  }
  if (!socket.startsWith('/')) throw new InvalidValue('names a socket that is not an absolute path', EXPECTED);
  if (url.hostname !== 'localhost' || url.port !== '') {
    throw new InvalidValue('names a socket beside a host that is not localhost', EXPECTED);
  }
  return `localhost:${socket}`;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new InvalidValue('is percent-encoded wrongly', EXPECTED);
  }
}
