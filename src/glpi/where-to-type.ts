import type { ValueReference } from '../core/value.ts';

/** Settings of GLPI's core by name, as its menus have them in 10.0 and 11 (9.5 differs in the names of groups alone). */
const SETTINGS: Readonly<Record<string, string>> = {
  glpinetwork_registration_key: 'Setup > General > GLPI Network',
  proxy_passwd: 'Setup > General > General setup, proxy',
  smtp_passwd: 'Setup > Notifications > Email notifications configuration',
  smtp_oauth_client_secret: 'Setup > Notifications > Email notifications configuration, OAuth',
  smtp_oauth_refresh_token: 'Setup > Notifications > Email notifications configuration: authorize again',
  basic_auth_password: 'Administration > Inventory, basic authentication',
};

const COLUMNS: Readonly<Record<string, string>> = {
  'glpi_mailcollectors.passwd': 'Setup > Receivers',
  'glpi_authldaps.rootdn_passwd': 'Setup > Authentication > LDAP directories',
  'glpi_snmpcredentials.auth_passphrase': 'Setup > SNMP credentials',
  'glpi_snmpcredentials.priv_passphrase': 'Setup > SNMP credentials',
  'glpi_apiclients.app_token': 'Setup > General > API, the client: regenerate, and tell whoever uses it',
  'glpi_oauthclients.secret': 'Setup > OAuth clients: regenerate, and tell whoever uses it',
  'glpi_users.api_token': "the user's settings, remote access keys: regenerate",
  'glpi_users.personal_token': "the user's settings, remote access keys: regenerate",
  'glpi_users.cookie_token': 'nowhere: GLPI makes a new one at the next login',
  'glpi_users.password_forget_token': 'nowhere: the user asks for a new password again',
  'glpi_users.2fa': 'the user sets up two-factor authentication anew (an administrator disables it first)',
  'glpi_webhooks.secret': 'Setup > Webhooks',
  'glpi_webhooks.clientsecret': 'Setup > Webhooks',
};

/** Where in GLPI a person enters a secret again: a menu path, or what happens instead. */
export function whereToType({ table, column, context, name }: ValueReference): string {
  if (table === 'glpi_configs') {
    if (context?.startsWith('plugin:') === true) return `the settings of the plugin ${context.slice(7)}`;
    return SETTINGS[name ?? ''] ?? 'Setup > General';
  }
  return COLUMNS[`${table}.${column}`] ?? `the plugin whose table ${table} is`;
}
