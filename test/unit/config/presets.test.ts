import { describe, expect, it } from 'vitest';
import { PRESETS } from '../../../src/config/presets.ts';
import { failureOf, loadWith, systemError } from './load-with.ts';

const PRESET_FACTS = [
  ['official', '/var/glpi/config', 33, 'GLPI_DB_HOST', 'GLPI_DB_NAME', 'GLPI_DB_USER', 'GLPI_DB_PASSWORD'],
  ['diouxx', '/var/www/html/glpi/config', 33],
  ['fametec', '/var/www/html/config', 48, 'MARIADB_HOST', 'MARIADB_DATABASE', 'MARIADB_USER', 'MARIADB_PASSWORD'],
  ['eftechcombr', '/etc/glpi/config', 82, 'MARIADB_HOST', 'MARIADB_DATABASE', 'MARIADB_USER', 'MARIADB_PASSWORD'],
  ['elestio', '/var/glpi/config', 33, 'GLPI_DB_HOST', 'GLPI_DB_NAME', 'GLPI_DB_USER', 'GLPI_DB_PASSWORD'],
  ['turgon37', '/var/www/config', 82],
  ['netresearch', '/etc/glpi', 82, 'GLPI_DB_HOST', 'GLPI_DB_NAME', 'GLPI_DB_USER', 'GLPI_DB_PASSWORD'],
  ['trikorasolns', '/etc/glpi', 33, 'GLPI_DB_HOST', 'GLPI_DB_NAME', 'GLPI_DB_USER_NAME', 'GLPI_DB_USER_PASSWORD'],
  ['jr0w3', '/app/config', null, 'MYSQL_HOST', 'MYSQL_DATABASE', 'MYSQL_USER', 'MYSQL_PASSWORD'],
] as const;

describe('a preset', () => {
  it.each(PRESET_FACTS)(
    '%s knows directory %s, user %s and its variables',
    async (name, configDir, id, ...variables) => {
      const values = variables.map((variable, index) => [variable, `value-${index}`]);

      const { settings, origins } = await loadWith({
        environment: { KEYKEEPER_PRESET: name, ...Object.fromEntries(values) },
      });

      expect(settings.configDir).toBe(configDir);
      expect(settings.preset).toMatchObject({ name, uid: id, gid: id });
      expect(origins.configDir).toEqual({ source: 'preset', place: name });
      if (variables.length === 0) expect(settings.environmentDatabase).toBeNull();
      else
        expect(settings.environmentDatabase).toMatchObject({ hosts: ['value-0'], schema: 'value-1', user: 'value-2' });
    },
  );

  it.each([
    ['official', '/var/glpi/files'],
    ['diouxx', '/var/www/html/glpi/files'],
    ['fametec', '/var/www/html/files'],
    ['eftechcombr', '/var/lib/glpi'],
    ['elestio', '/var/glpi/files'],
    ['turgon37', '/var/www/files'],
    ['netresearch', '/var/lib/glpi/files'],
    ['trikorasolns', '/var/lib/glpi'],
    ['jr0w3', '/app/data/files'],
  ])('%s knows var directory %s, unless another is set', async (name, varDir) => {
    const loaded = await loadWith({ environment: { KEYKEEPER_PRESET: name } });
    const other = await loadWith({ environment: { KEYKEEPER_PRESET: name, KEYKEEPER_VAR_DIR: '/glpi-files' } });

    expect(loaded.settings.varDir).toBe(varDir);
    expect(loaded.origins.varDir).toEqual({ source: 'preset', place: name });
    expect(other.settings.varDir).toBe('/glpi-files');
  });

  it('is tested above for every image', () => {
    expect(PRESETS.map((each) => each.name)).toEqual(PRESET_FACTS.map(([name]) => name));
  });

  it('gives way to a config directory that is set', async () => {
    const { settings } = await loadWith({
      environment: { KEYKEEPER_PRESET: 'turgon37', KEYKEEPER_CONFIG_DIR: '/glpi-config' },
    });

    expect(settings).toMatchObject({ configDir: '/glpi-config', preset: { uid: 82 } });
  });
});

describe('the preset auto', () => {
  it.each([
    ['official', {}],
    ['official', { GLPI_DB_HOST: 'db' }],
    ['official', { GLPI_DB_HOST: 'db', MARIADB_HOST: 'db', MYSQL_HOST: 'db' }],
    // The database image's own variables, shared through one env_file, name no host.
    ['official', { MARIADB_DATABASE: 'glpi', MARIADB_USER: 'glpi', MARIADB_PASSWORD: 'pw' }],
    ['official', { GLPI_DB_HOST: 'db', GLPI_DB_PASSWORD_FILE: '/run/secrets/pw' }],
    ['official', { MARIADB_HOST: '' }],
    ['trikorasolns', { GLPI_DB_HOST: 'db', GLPI_DB_USER_NAME: 'glpi' }],
    ['jr0w3', { MYSQL_HOST: 'db' }],
  ])('is %s with %j', async (name, environment) => {
    expect((await loadWith({ environment })).settings.preset.name).toBe(name);
  });

  it('goes by the directory that exists where two images share their variables', async () => {
    const environment = { MARIADB_HOST: 'db' };

    const found = [
      await loadWith({ environment, directories: ['/var/www/html/config'] }),
      await loadWith({ environment, directories: ['/etc/glpi/config'] }),
      await loadWith({ environment: { ...environment, KEYKEEPER_CONFIG_DIR: '/etc/glpi/config' } }),
      await loadWith({ environment: { GLPI_DB_PASSWORD_FILE: '/x' }, directories: ['/etc/glpi'] }),
    ];

    expect(found.map((each) => each.settings.preset.name)).toEqual([
      'fametec',
      'eftechcombr',
      'eftechcombr',
      'netresearch',
    ]);
  });

  it.each([[[]], [['/var/www/html/config', '/etc/glpi/config']]])(
    'asks rather than guesses where %j exist',
    async (directories) => {
      const failure = await failureOf({ environment: { MARIADB_HOST: 'db' }, directories });

      expect(failure).toMatchObject({ code: 'invalid-setting', try: 'KEYKEEPER_PRESET=fametec' });
      expect(failure.message).toContain('fametec and eftechcombr');
    },
  );
});

describe("the image's own database variables", () => {
  const complete = { GLPI_DB_HOST: 'db', GLPI_DB_NAME: 'glpi', GLPI_DB_USER: 'glpi', GLPI_DB_PASSWORD: 'pw' };

  it('count when host, name, user and password are there', async () => {
    const { settings } = await loadWith({ environment: { ...complete, GLPI_DB_PORT: '3307' } });

    expect(settings.environmentDatabase).toMatchObject({ hosts: ['db:3307'], user: 'glpi', schema: 'glpi' });
    expect(settings.environmentDatabase?.password.reveal()).toBe('pw');
  });

  it.each(Object.keys(complete))('are incomplete without %s, which is named', async (variable) => {
    const loaded = await loadWith({ environment: { ...complete, [variable]: '' } });

    expect(loaded.settings.environmentDatabase).toBeNull();
    expect(loaded.missingVariables).toEqual([variable]);
  });

  it('may come as files', async () => {
    const { settings } = await loadWith({
      environment: { ...complete, GLPI_DB_PASSWORD: '', GLPI_DB_PASSWORD_FILE: '/run/secrets/pw' },
      files: { '/run/secrets/pw': 'from-file\n' },
    });

    expect(settings.environmentDatabase?.password.reveal()).toBe('from-file');
  });

  it('are incomplete, and no error, where a file of theirs is not mounted here', async () => {
    const loaded = await loadWith({
      environment: { ...complete, GLPI_DB_PASSWORD: '', GLPI_DB_PASSWORD_FILE: '/run/secrets/pw' },
      files: { '/run/secrets/pw': systemError('ENOENT') },
    });

    expect(loaded.missingVariables).toEqual(['GLPI_DB_PASSWORD']);
  });
});
