import { type DatabaseSettings, type FlagValue, TLS_PROPERTIES } from './database-settings.ts';

/**
 * Writes database settings as GLPI of that version does (DBConnection::createMainConfig and createSlaveConnectionFile),
 * so that it reads back the same. Quotes are escaped for every version; 9.5 itself forgets to.
 *
 * @param glpiVersion as in `glpi_configs`; what does not start with `9.` is written as 10.0 and 11 do.
 */
export function formatConfigDb(settings: DatabaseSettings, glpiVersion: string): string {
  const { hosts, user, password, schema, flags, ssl, replica } = settings;
  const lines: string[] = [];
  const width = glpiVersion.startsWith('9.') ? 'dbpassword'.length : 0;
  const { slave, ...others } = flags;
  // GLPI writes this one first.
  if (slave !== undefined) lines.push(property('slave', literal(slave)));
  lines.push(
    property('dbhost'.padEnd(width), hostList(hosts)),
    property('dbuser'.padEnd(width), literal(user)),
    property('dbpassword', literal(rawUrlEncoded(password.reveal()))),
    property('dbdefault'.padEnd(width), literal(schema)),
  );
  for (const [name, value] of Object.entries(others)) lines.push(property(name, literal(value)));
  if (ssl !== undefined) {
    lines.push(property('dbssl', 'true'));
    for (const [name, member] of Object.entries(TLS_PROPERTIES)) {
      const value = ssl[member];
      if (value !== undefined) lines.push(property(name, literal(value)));
    }
  }
  return `<?php\nclass ${replica === true ? 'DBSlave' : 'DB'} extends DBmysql {\n${lines.join('')}}\n`;
}

/**
 * The flags that GLPI's own installer writes beside the database's address (10.0.17, 11.0.6; 9.5 has none): settings that
 * come from elsewhere need them, for GLPI would speak `utf8` to an `utf8mb4` schema without.
 */
export function newInstallFlags(glpiVersion: string): Record<string, FlagValue> {
  if (glpiVersion.startsWith('9.')) return {};
  const flags = { use_utf8mb4: true, allow_datetime: false, allow_signed_keys: false };
  if (!glpiVersion.startsWith('10.')) return flags;
  return { use_utf8mb4: true, allow_myisam: false, allow_datetime: false, allow_signed_keys: false };
}

function property(name: string, value: string): string {
  return `   public $${name} = ${value};\n`;
}

function hostList(hosts: readonly string[]): string {
  const [only] = hosts;
  if (hosts.length === 1 && only !== undefined) return literal(only);
  return `array(\n${hosts.map((host, index) => `  ${index} => ${literal(host)},\n`).join('')})`;
}

function literal(value: FlagValue): string {
  if (typeof value !== 'string') return value === null ? 'NULL' : String(value);
  return `'${value.replace(/[\\']/g, '\\$&')}'`;
}

/** RFC 3986 as PHP's rawurlencode has it: `!`, `'`, `(`, `)` and `*` are encoded too. */
function rawUrlEncoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
