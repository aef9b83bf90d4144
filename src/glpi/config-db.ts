import { Failure } from '../core/failure.ts';
import { Secret } from '../core/secret.ts';
import { type DatabaseSettings, type DatabaseTls, type FlagValue, TLS_PROPERTIES } from './database-settings.ts';
import { type PhpLiteral, PhpReadError, PhpReader } from './php-reader.ts';

export type { DatabaseSettings, DatabaseTls, FlagValue } from './database-settings.ts';

export type HostAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'socket'; readonly path: string };

const DEFAULT_PORT = 3306;
/** A server and its replicas are fewer; each host that does not answer costs a wait. */
const MOST_HOSTS = 16;

/**
 * Reads GLPI's database settings without running them. Only the form that GLPI writes is understood: one class `DB` or
 * `DBSlave` that extends `DBmysql`, with properties whose values are written down, and `define(…)` beside it.
 *
 * @throws Failure `config-db-malformed`, which says whether the file is empty, cut off, other PHP, or lacks something;
 *   it never quotes the file.
 */
export function parseConfigDb(source: string): DatabaseSettings {
  try {
    const reader = new PhpReader(source);
    if (reader.atEnd()) throw new PhpReadError('is empty');
    const { replica, properties } = readFile(reader);
    return settingsOf(properties, replica);
  } catch (error) {
    if (!(error instanceof PhpReadError)) throw error;
    throw new Failure('config-db-malformed', `config_db.php ${error.message}`, {
      target: 'config_db.php',
      expected: 'a class DB that extends DBmysql, with $dbhost, $dbuser, $dbpassword and $dbdefault as plain values',
      try: 'keykeeper restore, or name the database with KEYKEEPER_DATABASE=mysql://user@host:port/name',
    });
  }
}

/**
 * Where a host of the settings is (DBmysql::connect of 9.5 to 11 splits at the colon: a number behind it is a port,
 * anything else a socket). IPv6 addresses, which GLPI cannot split, are taken whole or in brackets.
 */
export function hostAddress(host: string): HostAddress {
  const bracketed = /^\[([^\]]*)\](?::(\d+))?$/.exec(host);
  if (bracketed !== null) return { kind: 'tcp', host: bracketed[1] ?? '', port: portOf(bracketed[2]) };
  if (host.startsWith('/')) return { kind: 'socket', path: host };
  const colon = host.indexOf(':');
  if (colon === -1) return { kind: 'tcp', host, port: DEFAULT_PORT };
  const rest = host.slice(colon + 1);
  if (rest.startsWith('/')) return { kind: 'socket', path: rest };
  if (rest.includes(':')) return { kind: 'tcp', host, port: DEFAULT_PORT };
  return { kind: 'tcp', host: host.slice(0, colon), port: portOf(rest) };
}

function portOf(text: string | undefined): number {
  const port = Number.parseInt(text ?? '', 10);
  return port > 0 && port < 65536 ? port : DEFAULT_PORT;
}

function readFile(reader: PhpReader): { replica: boolean; properties: Map<string, PhpLiteral> } {
  if (!reader.takeOpeningTag()) throw new PhpReadError('is not PHP: it does not start with "<?php"');
  skipDefinitions(reader);
  if (!reader.take('class')) throw reader.error('holds other PHP than the class DB');
  const replica = reader.take('DBSlave');
  if (!replica && !reader.take('DB')) throw reader.error('holds another class than DB');
  if (!reader.take('extends') || !reader.take('DBmysql')) throw reader.error('holds a class DB that is not a DBmysql');
  reader.expect('{');
  const properties = new Map<string, PhpLiteral>();
  while (!reader.take('}')) readDeclaration(reader, properties);
  skipDefinitions(reader);
  if (!reader.atEnd() && !(reader.takeClosingTag() && reader.atEnd())) {
    throw reader.error('holds other PHP behind the class DB');
  }
  return { replica, properties };
}

function readDeclaration(reader: PhpReader, properties: Map<string, PhpLiteral>): void {
  if (!reader.take('public') && !reader.take('var')) throw reader.error('holds more than public properties');
  do {
    const name = reader.takeVariable();
    if (name === null) throw reader.error('holds more than public properties');
    if (properties.has(name)) throw reader.error(`has $${name} twice`);
    properties.set(name, reader.take('=') ? reader.literal() : null);
  } while (reader.take(','));
  reader.expect(';');
}

/** `define('DEBUG_SQL', true);` and the like: they say nothing about the database. */
function skipDefinitions(reader: PhpReader): void {
  while (reader.take('define')) {
    reader.expect('(');
    reader.literal();
    reader.expect(',');
    reader.literal();
    reader.expect(')');
    reader.expect(';');
  }
}

function settingsOf(properties: ReadonlyMap<string, PhpLiteral>, replica: boolean): DatabaseSettings {
  const hosts = hostsOf(properties.get('dbhost'));
  const user = textOf(properties, 'dbuser');
  const password = new Secret(rawUrlDecoded(textOf(properties, 'dbpassword')));
  const schema = textOf(properties, 'dbdefault');
  if (schema === '') throw new PhpReadError('has an empty $dbdefault');
  const rest = new Map(properties);
  for (const name of ['dbhost', 'dbuser', 'dbpassword', 'dbdefault']) rest.delete(name);
  const ssl = takeTls(rest);
  const flags = Object.fromEntries([...rest].map(([name, value]) => [name, flagOf(name, value)]));
  return {
    hosts,
    user,
    password,
    schema,
    flags,
    ...(ssl === null ? {} : { ssl }),
    ...(replica ? { replica } : {}),
  };
}

function hostsOf(value: PhpLiteral | undefined): string[] {
  if (value === undefined || value === null) throw new PhpReadError('lacks $dbhost');
  const hosts = Array.isArray(value) ? value : [value];
  if (hosts.length === 0 || hosts.some((host) => host === '')) throw new PhpReadError('has an empty $dbhost');
  if (hosts.length > MOST_HOSTS) throw new PhpReadError(`names more than ${MOST_HOSTS} hosts in $dbhost`);
  if (!hosts.every((host) => typeof host === 'string')) throw new PhpReadError('has a $dbhost that is no text');
  return hosts;
}

function textOf(properties: ReadonlyMap<string, PhpLiteral>, name: string): string {
  const value = properties.get(name);
  if (value === undefined || value === null) throw new PhpReadError(`lacks $${name}`);
  if (typeof value !== 'string') throw new PhpReadError(`has a $${name} that is no text`);
  return value;
}

function flagOf(name: string, value: PhpLiteral): FlagValue {
  if (typeof value === 'object' && value !== null) throw new PhpReadError(`has a $${name} that is an array`);
  return value;
}

/** Takes the TLS properties out of `properties` where `dbssl` is on; where it is off they stay among the flags. */
function takeTls(properties: Map<string, PhpLiteral>): DatabaseTls | null {
  const on = properties.get('dbssl');
  if (on === undefined || on === null || on === false || on === 0 || on === '' || on === '0') return null;
  properties.delete('dbssl');
  const tls: Record<string, string> = {};
  for (const [property, member] of Object.entries(TLS_PROPERTIES)) {
    if (properties.get(property) !== undefined && properties.get(property) !== null) {
      tls[member] = textOf(properties, property);
    }
    properties.delete(property);
  }
  return tls;
}

/** PHP's rawurldecode: `%` without two hex digits behind it stands for itself, `+` too. */
function rawUrlDecoded(text: string): string {
  const bytes = Buffer.from(text, 'utf8')
    .toString('latin1')
    .replace(/%([0-9A-Fa-f]{2})/g, (_whole, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(bytes, 'latin1'));
  } catch {
    throw new PhpReadError('has a $dbpassword that is not UTF-8');
  }
}
