import { describe, expect, it } from 'vitest';
import { type SecuredField, securedFieldsFor } from '../../../src/glpi/secured-fields.ts';
import { readRecordings } from './read-fixture.ts';

const TOKENS = ['api_token', 'cookie_token', 'password_forget_token', 'personal_token'];

/** Columns of the tables that matter, as each GLPI creates them. */
function columnsOf(version: '9.5' | '10.0' | '11.0'): Map<string, Set<string>> {
  const columns = new Map([
    ['glpi_configs', new Set(['id', 'context', 'name', 'value'])],
    ['glpi_mailcollectors', new Set(['id', 'name', 'passwd'])],
    ['glpi_authldaps', new Set(['id', 'name', 'rootdn_passwd'])],
    ['glpi_users', new Set(['id', 'name', ...TOKENS])],
    ['glpi_apiclients', new Set(['id', 'app_token'])],
    ['glpi_plugin_fields_containers', new Set(['id', 'name'])],
  ]);
  if (version !== '9.5') columns.set('glpi_snmpcredentials', new Set(['id', 'auth_passphrase', 'priv_passphrase']));
  if (version !== '11.0') return columns;
  columns.get('glpi_users')?.add('2fa');
  columns.set('glpi_webhooks', new Set(['id', 'secret', 'clientsecret']));
  columns.set('glpi_oauthclients', new Set(['id', 'secret']));
  return columns;
}

const label = ({ table, column, context, contextPrefix, names }: SecuredField) =>
  table === 'glpi_configs' ? `${context ?? contextPrefix}: ${names?.join(' ') ?? 'any'}` : `${table}.${column}`;

const CORE = 'core: glpinetwork_registration_key proxy_passwd smtp_passwd';
const OAUTH = 'core: smtp_oauth_client_secret smtp_oauth_refresh_token';
const ALWAYS = [CORE, 'glpi_mailcollectors.passwd', 'glpi_authldaps.rootdn_passwd'];
const SNMP = ['glpi_snmpcredentials.auth_passphrase', 'glpi_snmpcredentials.priv_passphrase'];
const NEW_IN_11 = [
  'inventory: basic_auth_password',
  'glpi_webhooks.secret',
  'glpi_webhooks.clientsecret',
  'glpi_users.2fa',
];
const TOKEN_FIELDS = ['glpi_apiclients.app_token', ...TOKENS.map((column) => `glpi_users.${column}`)];

describe('the secured fields', () => {
  it.each([
    ['9.5.6', '9.5', ALWAYS],
    ['10.0.17', '10.0', [...ALWAYS, OAUTH, ...SNMP]],
    ['10.0.17-dev', '10.0', [...ALWAYS, OAUTH, ...SNMP]],
    ['10.0.20', '10.0', [...ALWAYS, OAUTH, ...SNMP]],
    ['10.0.21', '10.0', [...ALWAYS, OAUTH, ...SNMP, ...TOKEN_FIELDS]],
    ['10.0.24@0123abcd', '10.0', [...ALWAYS, OAUTH, ...SNMP, ...TOKEN_FIELDS]],
    ['11.0.2', '11.0', [...ALWAYS, OAUTH, ...SNMP, ...NEW_IN_11]],
    ['11.0.6', '11.0', [...ALWAYS, OAUTH, ...SNMP, ...NEW_IN_11, ...TOKEN_FIELDS, 'glpi_oauthclients.secret']],
    ['12.1.0', '11.0', [...ALWAYS, OAUTH, ...SNMP, ...NEW_IN_11, ...TOKEN_FIELDS, 'glpi_oauthclients.secret']],
    [null, '11.0', [...ALWAYS, OAUTH, ...SNMP, ...NEW_IN_11, ...TOKEN_FIELDS, 'glpi_oauthclients.secret']],
    ['main', '10.0', [...ALWAYS, OAUTH, 'inventory: basic_auth_password', ...SNMP, ...TOKEN_FIELDS]],
    ['9.4.6', '9.5', []],
  ] as const)('that %s seals are known for a schema of %s', (version, schema, expected) => {
    const fields = securedFieldsFor(version, columnsOf(schema));

    const sealed = fields.filter(({ sealedHere }) => sealedHere).map(label);
    expect(sealed.sort()).toEqual([...expected].sort());
  });

  it('name no column that does not exist, for a query would fail on it', () => {
    const columns = columnsOf('9.5');
    columns.get('glpi_users')?.delete('cookie_token');

    for (const { table, column } of securedFieldsFor('11.0.6', columns)) {
      expect(columns.get(table)?.has(column)).toBe(true);
    }
    expect(securedFieldsFor('11.0.6', new Map())).toEqual([]);
  });

  it('include token columns of an older GLPI without calling them sealed', () => {
    const fields = securedFieldsFor('9.5.6', columnsOf('9.5'));

    const tokens = fields.filter((field) => field.class === 'token');
    expect(tokens.map(label).sort()).toEqual([...TOKEN_FIELDS].sort());
    expect(tokens.every(({ sealedHere }) => !sealedHere)).toBe(true);
  });

  it('say that of the second factor only $.secret is sealed', () => {
    const fields = securedFieldsFor('11.0.6', columnsOf('11.0'));

    expect(fields.filter(({ jsonPath }) => jsonPath !== undefined)).toEqual([
      { table: 'glpi_users', column: '2fa', class: 'setting', sealedHere: true, jsonPath: '$.secret' },
    ]);
  });

  it('look at what plugins keep by its shape alone', () => {
    const columns = columnsOf('10.0');
    columns.set('glpi_plugin_oauthimap_authorizations', new Set(['id', 'email', 'code', 'refresh_token']));
    columns.set('glpi_plugin_sccm_relations', new Set(['password']));

    const guessed = securedFieldsFor('10.0.17', columns).filter(({ shapedOnly }) => shapedOnly === true);

    expect(guessed).toEqual([
      {
        table: 'glpi_configs',
        column: 'value',
        class: 'setting',
        sealedHere: false,
        contextPrefix: 'plugin:',
        shapedOnly: true,
      },
      {
        table: 'glpi_plugin_oauthimap_authorizations',
        column: 'refresh_token',
        class: 'setting',
        sealedHere: false,
        shapedOnly: true,
      },
    ]);
  });

  it.each(readRecordings().filter(({ event }) => event === 'rotated'))(
    'hold every value that the recorded GLPI $glpi_version had sealed',
    ({ glpi_version, rows_before }) => {
      const schema = glpi_version.startsWith('9') ? '9.5' : glpi_version.startsWith('10') ? '10.0' : '11.0';

      const fields = securedFieldsFor(glpi_version, columnsOf(schema)).filter(({ sealedHere }) => sealedHere);

      const missed = rows_before.filter(
        (row) =>
          !fields.some(
            (field) =>
              field.table === row.table &&
              field.column === row.column &&
              field.context === row.context &&
              field.jsonPath === row.json_path &&
              (row.name === undefined || field.names?.includes(row.name)),
          ),
      );
      expect(missed).toEqual([]);
    },
  );
});
