import { describe, expect, it } from 'vitest';
import { failureOf, loadWith } from './load-with.ts';

const RECIPIENT = 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p';
const IDENTITY = 'AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX';

describe('without any setting', () => {
  it('everything is right for the official image', async () => {
    const { settings } = await loadWith({});

    expect(settings).toMatchObject({
      configDir: '/var/glpi/config',
      preset: { name: 'official', uid: 33, gid: 33 },
      instance: 'glpi',
      gate: 'enforce',
      database: { kind: 'auto' },
      environmentDatabase: null,
      databaseWait: 120_000,
      owner: { kind: 'auto' },
      rescue: 'auto',
      ageRecipients: [],
      ageIdentity: null,
      platform: 'auto',
      container: null,
      registrationValidate: 'on',
      registrationUrl: null,
      caFile: null,
      varDir: '/var/glpi/files',
      drill: { kind: 'off' },
      export: { kind: 'off' },
      exportTo: null,
      http: { kind: 'tcp', host: '127.0.0.1', port: 8377 },
      httpToken: null,
      settle: 10_000,
      interval: 60_000,
      logLevel: 'info',
      logFormat: 'text',
    });
    expect(settings.vault.href).toBe('file:///vault');
  });

  it('cannot be changed afterwards', async () => {
    const { settings } = await loadWith({ environment: { KEYKEEPER_AGE_RECIPIENTS: RECIPIENT } });

    expect([settings, settings.database, settings.ageRecipients].every(Object.isFrozen)).toBe(true);
  });
});

describe('of several sources', () => {
  const everywhere = {
    flags: { instance: 'from-flag' },
    environment: { KEYKEEPER_INSTANCE: 'from-environment' },
    configFile: '/k.yaml',
    files: { '/k.yaml': 'instance: from-file\n' },
  };

  it('the flag comes first, then the environment, then the file', async () => {
    const { flags: _, ...withoutFlag } = everywhere;
    const { environment: __, ...fileOnly } = withoutFlag;

    const loaded = [await loadWith(everywhere), await loadWith(withoutFlag), await loadWith(fileOnly)];

    expect(loaded.map((each) => each.settings.instance)).toEqual(['from-flag', 'from-environment', 'from-file']);
    expect(loaded.map((each) => each.origins.instance)).toEqual([
      { source: 'flag', place: '--instance' },
      { source: 'environment', place: 'KEYKEEPER_INSTANCE' },
      { source: 'file', place: '/k.yaml:1' },
    ]);
  });

  it('a value in an earlier one beats the file form in a later one', async () => {
    const { settings } = await loadWith({
      environment: { KEYKEEPER_HTTP_TOKEN: 'a-token-from-the-environment' },
      configFile: '/k.yaml',
      files: { '/k.yaml': 'httpTokenFile: /nowhere\n' },
    });

    expect(settings.httpToken?.reveal()).toBe('a-token-from-the-environment');
  });
});

describe('the environment', () => {
  it('counts as not set where it is set and empty', async () => {
    const { settings } = await loadWith({
      environment: { KEYKEEPER_INSTANCE: '', KEYKEEPER_HTTP_TOKEN: '', KEYKEEPER_HTTP_TOKEN_FILE: '/t' },
      files: { '/t': 'token-of-the-file-1\n' },
    });

    expect(settings.instance).toBe('glpi');
    expect(settings.httpToken?.reveal()).toBe('token-of-the-file-1');
  });

  it("may hold the Compose files' own variables, which come from the same .env", async () => {
    const { settings } = await loadWith({
      environment: { KEYKEEPER_IMAGE: 'keykeeper:0.1.0', KEYKEEPER_VAULT_VOLUME: 'helpdesk-vault' },
    });

    expect(settings.vault.href).toBe('file:///vault');
  });

  it('may hold what Kubernetes adds for a Service called keykeeper', async () => {
    const { settings } = await loadWith({
      environment: {
        KEYKEEPER_SERVICE_HOST: '10.96.0.7',
        KEYKEEPER_SERVICE_PORT: '8377',
        KEYKEEPER_SERVICE_PORT_HTTP: '8377',
        KEYKEEPER_PORT: 'tcp://10.96.0.7:8377',
        KEYKEEPER_PORT_8377_TCP: 'tcp://10.96.0.7:8377',
        KEYKEEPER_PORT_8377_TCP_ADDR: '10.96.0.7',
        KEYKEEPER_METRICS_SERVICE_HOST: '10.96.0.8',
      },
    });

    expect(settings.instance).toBe('glpi');
  });
});

describe('values', () => {
  it('of a secret file lose one line break at the end and no more', async () => {
    const read = async (content: string) => {
      const { settings } = await loadWith({
        environment: { KEYKEEPER_DATABASE: 'mysql://u@h/n', KEYKEEPER_DATABASE_PASSWORD_FILE: '/p' },
        files: { '/p': content },
      });
      return settings.database.kind === 'url' ? settings.database.password?.reveal() : undefined;
    };

    expect([await read('pw'), await read('pw\n'), await read('pw\r\n'), await read(' pw \n\n')]).toEqual([
      'pw',
      'pw',
      'pw',
      ' pw \n',
    ]);
  });

  it('of a list come separated by commas, by lines, and as a sequence', async () => {
    const other = `${RECIPIENT}q`;
    const given = [
      { environment: { KEYKEEPER_AGE_RECIPIENTS: `${RECIPIENT}, ${other}` } },
      {
        environment: { KEYKEEPER_AGE_RECIPIENTS_FILE: '/r' },
        files: { '/r': `# ours\n${RECIPIENT}\n\n${other} # spare\n` },
      },
      { configFile: '/k.yaml', files: { '/k.yaml': `ageRecipients:\n  - ${RECIPIENT}\n  - ${other}\n` } },
      { flags: { ageRecipients: [RECIPIENT, other] } },
    ];

    const loaded = await Promise.all(given.map(loadWith));

    expect(loaded.map((each) => each.settings.ageRecipients)).toEqual(given.map(() => [RECIPIENT, other]));
  });

  it('of an identity file are kept with their comments', async () => {
    const content = `# created: 2026-01-01T00:00:00Z\n# public key: ${RECIPIENT}\n${IDENTITY}`;

    const { settings } = await loadWith({
      environment: { KEYKEEPER_AGE_IDENTITY_FILE: '/i' },
      files: { '/i': `${content}\n` },
    });

    expect(settings.ageIdentity?.reveal()).toBe(content);
  });

  it('of an owner, an address and an instance are read as such', async () => {
    const { settings } = await loadWith({
      environment: { KEYKEEPER_OWNER: '82:100', KEYKEEPER_HTTP: '[::1]:9000', KEYKEEPER_INSTANCE: 'a.b_c-1' },
    });

    expect(settings.owner).toEqual({ kind: 'fixed', uid: 82, gid: 100 });
    expect(settings.http).toEqual({ kind: 'tcp', host: '::1', port: 9000 });
    expect(settings.instance).toBe('a.b_c-1');
  });

  it('of a socket are its path', async () => {
    const { settings } = await loadWith({ environment: { KEYKEEPER_HTTP: 'unix:/run/keykeeper/http.sock' } });

    expect(settings.http).toEqual({ kind: 'unix', path: '/run/keykeeper/http.sock' });
  });

  it('of a path lose doubled and final slashes', async () => {
    const { settings } = await loadWith({ flags: { configDir: '//var//glpi/config/' } });

    expect(settings.configDir).toBe('/var/glpi/config');
  });

  it('of secrets are shown by no printer', async () => {
    const { settings } = await loadWith({ environment: { KEYKEEPER_HTTP_TOKEN: 'planted-secret-token' } });

    expect(JSON.stringify(settings) + String(settings.httpToken)).not.toContain('planted-secret-token');
  });
});

describe('a database URL', () => {
  it.each([
    ['mysql://glpi@db:3307/glpi', 'db:3307', 'glpi', 'glpi'],
    ['mysql://glpi@db/glpi', 'db:3306', 'glpi', 'glpi'],
    ['mysql://g%40lpi@glpi_db/my%20db', 'glpi_db:3306', 'g@lpi', 'my db'],
    ['mysql://glpi@[fd00::1]:3306/glpi', '[fd00::1]:3306', 'glpi', 'glpi'],
    ['mysql://glpi@localhost/glpi?socket=/run/mysqld/mysqld.sock', 'localhost:/run/mysqld/mysqld.sock', 'glpi', 'glpi'],
  ])('reads %s', async (url, host, user, schema) => {
    const { settings } = await loadWith({ environment: { KEYKEEPER_DATABASE: url } });

    expect(settings.database).toEqual({ kind: 'url', hosts: [host], user, schema, password: null });
  });

  it.each([
    'mysql://u@h/n#f',
    'mysql://u@h/n?ssl=1',
    'mysql://u@localhost/n?socket=run/s',
    'mysql://u@localhost/n?socket=/a&socket=/b',
    'mysql://u@localhost:1/n?socket=/a',
    'mysql://u@h/a/b',
    'mysql://%E0%A4%A@h/n',
    'mysql://u@h:99999/n',
    'mysql:glpi',
    'glpi',
  ])('refuses %s', async (url) => {
    expect((await failureOf({ environment: { KEYKEEPER_DATABASE: url } })).code).toBe('invalid-setting');
  });
});
