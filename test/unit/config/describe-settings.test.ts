import { describe, expect, it } from 'vitest';
import { SETTING_NAMES } from '../../../src/config/declarations.ts';
import { describeSettings } from '../../../src/config/describe-settings.ts';
import { loadWith } from './load-with.ts';

const IDENTITY = 'AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX';
const TOKEN = 'planted-http-token-0123456789';
const PASSWORD = 'planted-database-password';
const IMAGE_PASSWORD = 'planted-image-password';

describe('the settings as they are shown', () => {
  it('name every setting with its value and source', async () => {
    const loaded = await loadWith({
      flags: { gate: 'warn' },
      environment: { KEYKEEPER_SETTLE: '1500ms', KEYKEEPER_OWNER: '82:82' },
      configFile: '/etc/k.yaml',
      files: { '/etc/k.yaml': '\ninterval: 300s\n' },
    });

    const described = describeSettings(loaded);

    expect(described.map((each) => each.name)).toEqual([...SETTING_NAMES, 'environmentDatabase']);
    expect(described).toEqual(
      expect.arrayContaining([
        { name: 'configDir', value: '/var/glpi/config', source: 'preset' },
        { name: 'gate', value: 'warn', source: 'flag' },
        { name: 'settle', value: '1500ms', source: 'environment' },
        { name: 'interval', value: '5m', source: '/etc/k.yaml:2' },
        { name: 'owner', value: '82:82', source: 'environment' },
        { name: 'httpToken', value: '(not set)', source: 'default' },
        { name: 'http', value: '127.0.0.1:8377', source: 'default' },
      ]),
    );
  });

  it('never hold a secret, in whatever way it was given', async () => {
    const loaded = await loadWith({
      environment: {
        KEYKEEPER_DATABASE: 'mysql://glpi@localhost/glpi?socket=/run/mysqld/mysqld.sock',
        KEYKEEPER_DATABASE_PASSWORD: PASSWORD,
        KEYKEEPER_AGE_IDENTITY_FILE: '/run/secrets/identity',
        GLPI_DB_HOST: 'db',
        GLPI_DB_NAME: 'glpi',
        GLPI_DB_USER: 'glpi',
        GLPI_DB_PASSWORD: IMAGE_PASSWORD,
      },
      configFile: '/k.yaml',
      files: { '/k.yaml': `httpToken: ${TOKEN}\n`, '/run/secrets/identity': IDENTITY },
    });

    const described = describeSettings(loaded);

    const text = JSON.stringify(described);
    for (const secret of [IDENTITY, TOKEN, PASSWORD, IMAGE_PASSWORD]) expect(text).not.toContain(secret);
    const secrets = described.filter((each) => each.value === '[redacted]').map((each) => each.name);
    expect(secrets).toEqual(['databasePassword', 'ageIdentity', 'httpToken']);
  });

  it('write a database as its setting would', async () => {
    const url = 'mysql://gl%40pi@localhost/glpi?socket=/run/mysqld/mysqld.sock';
    const loaded = await loadWith({ environment: { KEYKEEPER_DATABASE: url, GLPI_DB_HOST: 'db' } });

    const values = new Map(describeSettings(loaded).map((each) => [each.name, each.value]));

    expect(values.get('database')).toBe(url);
    expect(values.get('environmentDatabase')).toBe(
      '(incomplete: GLPI_DB_NAME, GLPI_DB_USER, GLPI_DB_PASSWORD missing)',
    );
  });
});
