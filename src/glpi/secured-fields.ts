import type { ValueClass } from '../core/value.ts';

/** A column, or some rows of `glpi_configs`, in which sealed values live. */
export interface SecuredField {
  readonly table: string;
  readonly column: string;
  readonly class: ValueClass;
  /**
   * This GLPI version seals what it writes here: a value that opens under no key is a dead one. Elsewhere a value counts
   * only if it opens.
   */
  readonly sealedHere: boolean;
  /** `$.name`: the column holds JSON and this member of it is the sealed value. */
  readonly jsonPath?: string;
  /** `glpi_configs` alone: rows of exactly this context. */
  readonly context?: string;
  /** `glpi_configs` alone: rows whose context starts so. */
  readonly contextPrefix?: string;
  /** `glpi_configs` alone: rows of these names; absent means every name. */
  readonly names?: readonly string[];
  /** Nobody knows whether secrets are kept here: only what has a sealed value's shape is worth reading. */
  readonly shapedOnly?: true;
}

type Version = readonly [major: number, minor: number, patch: number];

/** The first version that Keykeeper knows to seal at all. */
const FIRST: Version = [9, 5, 0];

/**
 * Columns that were born sealed: where one exists, GLPI seals it (GLPIKey::$fields of 9.5.6, 10.0.17 and 11.0.6;
 * `glpi_webhooks` and `glpi_users.2fa` are sealed by 11 outside that list).
 */
const SETTING_COLUMNS: readonly (readonly [table: string, column: string])[] = [
  ['glpi_mailcollectors', 'passwd'],
  ['glpi_authldaps', 'rootdn_passwd'],
  ['glpi_snmpcredentials', 'auth_passphrase'],
  ['glpi_snmpcredentials', 'priv_passphrase'],
  ['glpi_webhooks', 'secret'],
  ['glpi_webhooks', 'clientsecret'],
];

/** Columns that held clear text for years and are sealed from 10.0.21 and from 11.0.3 (GLPIKey::$fields there). */
const TOKEN_COLUMNS: readonly (readonly [table: string, column: string])[] = [
  ['glpi_apiclients', 'app_token'],
  ['glpi_oauthclients', 'secret'],
  ['glpi_users', 'api_token'],
  ['glpi_users', 'cookie_token'],
  ['glpi_users', 'password_forget_token'],
  ['glpi_users', 'personal_token'],
];

/** Every table of GLPI itself that {@link securedFieldsFor} may name. */
export const SECURED_TABLES: readonly string[] = [
  ...new Set(['glpi_configs', 'glpi_users', ...[...SETTING_COLUMNS, ...TOKEN_COLUMNS].map(([table]) => table)]),
];

/** Names sealed under their context in `glpi_configs`, with the first version that has them. */
const CONFIG_NAMES: readonly { context: string; names: readonly string[]; since: Version }[] = [
  { context: 'core', names: ['glpinetwork_registration_key', 'proxy_passwd', 'smtp_passwd'], since: FIRST },
  { context: 'core', names: ['smtp_oauth_client_secret', 'smtp_oauth_refresh_token'], since: [10, 0, 0] },
  { context: 'inventory', names: ['basic_auth_password'], since: [11, 0, 0] },
];

/** Plugins name their secured columns to GLPI at run time only; what is called like this may be one. */
const PLUGIN_COLUMN = /passw|passphrase|secret|token|credential|api_?key|private_?key/i;

/**
 * The secured fields of a GLPI database.
 *
 * @param version `glpi_configs` core `version` or `dbversion` (`10.0.17-dev`, `11.0.6`, `11.0.6@<hash>`); null or a
 *   version that cannot be read or is newer than those known: every known column that exists is taken to be sealed.
 * @param columns the columns that exist, by table. Only these are named, so no query fails on an older or newer schema.
 */
export function securedFieldsFor(
  version: string | null,
  columns: ReadonlyMap<string, ReadonlySet<string>>,
): SecuredField[] {
  const parsed = version === null ? null : parseVersion(version);
  const has = (table: string, column: string) => columns.get(table)?.has(column) === true;
  const fields: SecuredField[] = [];
  if (has('glpi_configs', 'value')) fields.push(...configFields(parsed));
  for (const [table, column] of SETTING_COLUMNS) {
    if (has(table, column)) fields.push({ table, column, class: 'setting', sealedHere: atLeast(parsed, FIRST) });
  }
  if (has('glpi_users', '2fa')) {
    const sealedHere = atLeast(parsed, FIRST);
    fields.push({ table: 'glpi_users', column: '2fa', class: 'setting', sealedHere, jsonPath: '$.secret' });
  }
  for (const [table, column] of TOKEN_COLUMNS) {
    if (has(table, column)) fields.push({ table, column, class: 'token', sealedHere: sealsTokens(parsed) });
  }
  fields.push(...pluginColumns(columns));
  return fields;
}

function configFields(version: Version | null): SecuredField[] {
  const row = { table: 'glpi_configs', column: 'value', class: 'setting' } as const;
  const fields: SecuredField[] = CONFIG_NAMES.map(({ context, names, since }) => ({
    ...row,
    sealedHere: atLeast(version, since),
    context,
    names,
  }));
  // Which names a plugin seals is known to its code alone (hook secured_configs).
  fields.push({ ...row, sealedHere: false, contextPrefix: 'plugin:', shapedOnly: true });
  return fields;
}

function pluginColumns(columns: ReadonlyMap<string, ReadonlySet<string>>): SecuredField[] {
  const fields: SecuredField[] = [];
  for (const [table, names] of columns) {
    // Values are named by their id: a table without one cannot be secured by GLPI either (GLPIKey::migrateFieldsInDb).
    if (!table.startsWith('glpi_plugin_') || !names.has('id')) continue;
    for (const column of names) {
      if (!PLUGIN_COLUMN.test(column)) continue;
      fields.push({ table, column, class: 'setting', sealedHere: false, shapedOnly: true });
    }
  }
  return fields;
}

function sealsTokens(version: Version | null): boolean {
  if (!atLeast(version, [10, 0, 21])) return false;
  return !atLeast(version, [11, 0, 0]) || atLeast(version, [11, 0, 3]);
}

/** An unknown version counts as the newest. */
function atLeast(version: Version | null, wanted: Version): boolean {
  if (version === null) return true;
  for (const [index, part] of wanted.entries()) {
    const difference = (version[index] ?? 0) - part;
    if (difference !== 0) return difference > 0;
  }
  return true;
}

function parseVersion(version: string): Version | null {
  const match = /^\s*(\d+)\.(\d+)(?:\.(\d+))?/.exec(version);
  if (match === null) return null;
  return [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
}
