import { describe, expect, it } from 'vitest';
import { failureOf, systemError } from './load-with.ts';

const PLANTED = 'hunter2-planted-secret';

describe('a wrong value', () => {
  it.each([
    ['GATE', 'enforced', 'KEYKEEPER_GATE=enforce'],
    ['GATE', 'off', 'KEYKEEPER_GATE=enforce'],
    ['SETTLE', '30', 'KEYKEEPER_SETTLE=30s'],
    ['SETTLE', '2h', 'KEYKEEPER_SETTLE=30s'],
    ['INTERVAL', '0s', 'KEYKEEPER_INTERVAL=5m'],
    ['DATABASE_WAIT', 'forever', 'KEYKEEPER_DATABASE_WAIT=5m'],
    ['CONFIG_DIR', 'var/glpi/config', 'KEYKEEPER_CONFIG_DIR=/var/glpi/config'],
    ['CONFIG_DIR', 'file:///var/glpi/config', 'KEYKEEPER_CONFIG_DIR=/var/glpi/config'],
    ['CONFIG_DIR', '/', 'KEYKEEPER_CONFIG_DIR=/var/glpi/config'],
    ['CONFIG_DIR', '/var/../etc', 'KEYKEEPER_CONFIG_DIR=/var/glpi/config'],
    ['VAULT', '/vault', 'KEYKEEPER_VAULT=file:///vault'],
    ['VAULT', 'file://vault', 'KEYKEEPER_VAULT=file:///vault'],
    ['VAULT', 'file:///', 'KEYKEEPER_VAULT=file:///vault'],
    ['VAULT', 'kubernetes://namespace', 'KEYKEEPER_VAULT=kubernetes://glpi/keykeeper'],
    ['VAULT', 'kubernetes://namespace/Name', 'KEYKEEPER_VAULT=kubernetes://glpi/keykeeper'],
    ['VAULT', 'kubernetes://user@namespace/name', 'KEYKEEPER_VAULT=kubernetes://glpi/keykeeper'],
    ['VAULT', 's3://bucket/name', 'KEYKEEPER_VAULT=file:///vault'],
    ['VAULT', 'file:///vault?x=1', 'KEYKEEPER_VAULT=file:///vault'],
    ['VAULT', 'file:///vault%2Fa', 'KEYKEEPER_VAULT=file:///vault'],
    ['PRESET', 'fametek', 'KEYKEEPER_PRESET=fametec'],
    ['INSTANCE', 'My GLPI', 'KEYKEEPER_INSTANCE=my-glpi'],
    ['INSTANCE', `a${'b'.repeat(63)}`, `KEYKEEPER_INSTANCE=a${'b'.repeat(62)}`],
    ['OWNER', 'www-data', 'KEYKEEPER_OWNER=33:33'],
    ['OWNER', '82', 'KEYKEEPER_OWNER=82:82'],
    ['OWNER', '4294967295:33', 'KEYKEEPER_OWNER=33:33'],
    ['RESCUE', 'aks', 'KEYKEEPER_RESCUE=ask'],
    ['PLATFORM', 'swarm', 'KEYKEEPER_PLATFORM=auto'],
    ['POD', 'Glpi_0', 'KEYKEEPER_POD=glpi-0'],
    ['CONTAINER', '../glpi', 'KEYKEEPER_CONTAINER=glpi'],
    ['REGISTRATION_VALIDATE', 'no', 'KEYKEEPER_REGISTRATION_VALIDATE=on'],
    ['REGISTRATION_URL', 'glpi.example', 'KEYKEEPER_REGISTRATION_URL=https://glpi.example'],
    ['REGISTRATION_URL', 'ftp://glpi.example', 'KEYKEEPER_REGISTRATION_URL=https://services.glpi-network.com'],
    ['REGISTRATION_URL', 'https://u:p@glpi.example', 'KEYKEEPER_REGISTRATION_URL=https://services.glpi-network.com'],
    ['CA_FILE', 'company.pem', 'KEYKEEPER_CA_FILE=/company.pem'],
    ['HTTP', '8377', 'KEYKEEPER_HTTP=127.0.0.1:8377'],
    ['HTTP', 'localhost', 'KEYKEEPER_HTTP=localhost:8377'],
    ['HTTP', '127.0.0.1:0', 'KEYKEEPER_HTTP=0.0.0.0:8377'],
    ['HTTP', '/run/keykeeper.sock', 'KEYKEEPER_HTTP=unix:/run/keykeeper.sock'],
    ['HTTP', 'unix:keykeeper.sock', 'KEYKEEPER_HTTP=0.0.0.0:8377'],
    ['HTTP', 'unix:/run/../vault/x', 'KEYKEEPER_HTTP=0.0.0.0:8377'],
    ['HTTP', `unix:/${'x'.repeat(107)}`, 'KEYKEEPER_HTTP=0.0.0.0:8377'],
    ['HTTP', '::1:8377', 'KEYKEEPER_HTTP=0.0.0.0:8377'],
    ['HTTP_TOKEN', 'short', 'KEYKEEPER_HTTP_TOKEN=$(openssl rand -hex 32)'],
    ['LOG_LEVEL', 'warning', 'KEYKEEPER_LOG_LEVEL=warn'],
    ['LOG_FORMAT', 'jason', 'KEYKEEPER_LOG_FORMAT=json'],
    ['DATABASE', 'postgres://u@h/n', 'KEYKEEPER_DATABASE=mysql://glpi@db:3306/glpi'],
    ['DATABASE', 'mysql://db/glpi', 'KEYKEEPER_DATABASE=mysql://glpi@db:3306/glpi'],
    ['DATABASE', 'mysql://glpi@db', 'KEYKEEPER_DATABASE=mysql://glpi@db:3306/glpi'],
    ['DATABASE', 'mysql://glpi@db/glpi?socket=/run/s', 'KEYKEEPER_DATABASE=mysql://glpi@db:3306/glpi'],
    [
      'AGE_RECIPIENTS',
      'ssh-ed25519 AAAA',
      'KEYKEEPER_AGE_RECIPIENTS=age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p',
    ],
    ['AGE_IDENTITY', 'AGE-SECRET', 'KEYKEEPER_AGE_IDENTITY_FILE=/run/secrets/age_identity'],
  ])('of %s, %j, is refused with what to write instead', async (name, value, instead) => {
    const failure = await failureOf({ environment: { [`KEYKEEPER_${name}`]: value } });

    expect(failure).toMatchObject({ code: 'invalid-setting', target: `KEYKEEPER_${name}`, try: instead });
    expect(failure.expected).not.toBe('another value');
  });

  it.each([
    ['DATABASE', `mysql://glpi:${PLANTED}@db/glpi`],
    ['DATABASE', `mysql://${PLANTED}`],
    ['VAULT', `s3://key:${PLANTED}@bucket`],
    ['VAULT', `file://user:${PLANTED}@host/vault`],
    ['AGE_RECIPIENTS', `AGE-SECRET-KEY-1${PLANTED}`],
    ['AGE_RECIPIENTS', PLANTED],
    ['AGE_IDENTITY', PLANTED],
    ['HTTP_TOKEN', `${PLANTED} with spaces`],
    ['HTTP', `${PLANTED}@127.0.0.1:80`],
    ['GATE', PLANTED],
    ['OWNER', PLANTED],
    ['PRESET', PLANTED],
    ['AGE_IDENTITY_FILE', PLANTED],
    ['DATABASE_PASSWORD_FILE', PLANTED],
  ])('of %s that holds a secret is refused without repeating it', async (name, value) => {
    const failure = await failureOf({ environment: { [`KEYKEEPER_${name}`]: value } });

    const everything = [failure.message, failure.target, failure.expected, failure.try, failure.stack].join('\n');
    expect(everything).not.toContain(PLANTED);
  });

  it('says where a password that stood in the URL belongs', async () => {
    const failure = await failureOf({ environment: { KEYKEEPER_DATABASE: 'mysql://glpi:pw@db/glpi' } });

    expect(failure.expected).toContain('KEYKEEPER_DATABASE_PASSWORD_FILE');
  });
});

describe('a misspelt variable', () => {
  it.each([
    ['KEYKEEPER_SETLE', 'rename it to KEYKEEPER_SETTLE'],
    ['KEYKEEPER_CONFIGDIR', 'rename it to KEYKEEPER_CONFIG_DIR'],
    ['KEYKEEPER_DATABASE_PASSWORT', 'rename it to KEYKEEPER_DATABASE_PASSWORD'],
    ['KEYKEEPER_VAULT_FILE', 'rename it to KEYKEEPER_VAULT'],
    ['keykeeper_instance', 'rename it to KEYKEEPER_INSTANCE'],
    ['KEYKEPER_VAULT', 'rename it to KEYKEEPER_VAULT'],
    ['KEY_KEEPER_AGE_IDENTITY_FILE', 'rename it to KEYKEEPER_AGE_IDENTITY_FILE'],
    ['KEYKEEPER_ZZZZZZZZ', 'remove KEYKEEPER_ZZZZZZZZ; keykeeper config lists every setting'],
  ])('%s is refused: %s', async (variable, hint) => {
    const failure = await failureOf({ environment: { [variable]: PLANTED } });

    expect(failure).toMatchObject({ code: 'unknown-setting', target: variable, try: hint });
    expect(failure.message).not.toContain(PLANTED);
  });

  it('in a flag is refused with the right flag', async () => {
    expect(await failureOf({ flags: { instanze: 'x' } })).toMatchObject({ code: 'unknown-setting', try: '--instance' });
  });
});

describe('a setting given twice in one place', () => {
  it.each(['DATABASE_PASSWORD', 'AGE_RECIPIENTS', 'AGE_IDENTITY', 'HTTP_TOKEN'])(
    '%s and %s_FILE together are refused, naming both',
    async (name) => {
      const variable = `KEYKEEPER_${name}`;

      const failure = await failureOf({ environment: { [variable]: PLANTED, [`${variable}_FILE`]: '/run/secrets/x' } });

      expect(failure.code).toBe('conflicting-setting');
      expect(failure.message).toContain(`${variable} and ${variable}_FILE`);
      expect(failure.message).not.toContain(PLANTED);
    },
  );

  it('is refused in the file as well', async () => {
    const failure = await failureOf({
      configFile: '/k.yaml',
      files: { '/k.yaml': `httpToken: ${PLANTED}\nhttpTokenFile: /run/secrets/x\n` },
    });

    expect(failure.message).toContain('/k.yaml:1 and /k.yaml:2');
  });
});

describe('a password without a URL', () => {
  it.each(['auto', 'none'])('is refused beside %s, where it would be passed over', async (database) => {
    const environment = { KEYKEEPER_DATABASE: database, KEYKEEPER_DATABASE_PASSWORD: PLANTED };

    expect(await failureOf({ environment })).toMatchObject({
      code: 'conflicting-setting',
      target: 'KEYKEEPER_DATABASE_PASSWORD',
    });
  });
});

describe('a secret file', () => {
  const path = '/run/secrets/token';

  it.each([
    ['does not exist', systemError('ENOENT')],
    ['is a directory', systemError('EISDIR')],
    ['cannot be read (EACCES)', systemError('EACCES')],
    ['is empty', ''],
    ['is empty', '\n'],
    ['is empty', '\r\n'],
    ['is not text in UTF-8', Buffer.from([0xff, 0xfe, 0x80])],
    ['is far too large', 'x'.repeat(300_000)],
  ])('that %s is refused, naming file and setting', async (why, content) => {
    const failure = await failureOf({
      environment: { KEYKEEPER_HTTP_TOKEN_FILE: path },
      files: { [path]: content },
    });

    expect(failure).toMatchObject({
      code: 'unreadable-secret-file',
      target: path,
      message: `KEYKEEPER_HTTP_TOKEN_FILE names ${path}, which ${why}`,
    });
    expect(failure.try).toBeTruthy();
  });
});
