import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ScratchInstance, scratchInstance } from '../keeper/scratch-instance.ts';
import { type CliEnvironment, environmentOf, runCli } from './run-cli.ts';

interface Case {
  readonly args?: readonly string[];
  readonly environment?: CliEnvironment;
  readonly code: string;
  readonly says: string;
}

/** Each makes what it needs in the folder of the instance. */
const CASES: Record<string, (instance: ScratchInstance) => Case> = {
  'a misspelt variable': () => ({
    environment: { KEYKEEPER_VUALT: 'file:///elsewhere' },
    code: 'unknown-setting',
    says: 'KEYKEEPER_VAULT',
  }),
  'an unknown YAML key': (instance) => {
    instance.put('keykeeper.yaml', 'databaseWiat: 5s\n');
    const args = ['--config', join(instance.configDir, 'keykeeper.yaml')];
    return { args, code: 'unknown-setting', says: 'databaseWait' };
  },
  'a variable beside the same one as a file': () => ({
    environment: { KEYKEEPER_DATABASE_PASSWORD: 'one', KEYKEEPER_DATABASE_PASSWORD_FILE: '/run/secrets/two' },
    code: 'conflicting-setting',
    says: 'KEYKEEPER_DATABASE_PASSWORD_FILE',
  }),
  'an empty secret file': (instance) => {
    instance.put('token', '');
    return {
      environment: { KEYKEEPER_HTTP_TOKEN_FILE: join(instance.configDir, 'token') },
      code: 'unreadable-secret-file',
      says: 'empty',
    };
  },
  'a secret file that is not there': (instance) => ({
    environment: { KEYKEEPER_HTTP_TOKEN_FILE: join(instance.configDir, 'absent') },
    code: 'unreadable-secret-file',
    says: 'absent',
  }),
  'a secret file that is a directory': (instance) => ({
    environment: { KEYKEEPER_HTTP_TOKEN_FILE: instance.configDir },
    code: 'unreadable-secret-file',
    says: 'directory',
  }),
  'a duration without a unit': () => ({
    environment: { KEYKEEPER_SETTLE: '10' },
    code: 'invalid-setting',
    says: '10s',
  }),
  'a misspelt option': () => ({ args: ['--dry-rnu'], code: 'usage', says: '--dry-run' }),
};

describe('wrong settings end the command with 2, name the right thing, and touch nothing', () => {
  for (const [name, prepare] of Object.entries(CASES)) {
    it(name, async () => {
      using instance = scratchInstance(null, '');
      const { args = [], environment = {}, code, says } = prepare(instance);

      const json = await runCli(['init', '--json', ...args], environmentOf(instance, environment));
      const people = await runCli(['init', ...args], environmentOf(instance, environment));

      const [finding] = json.document.findings;
      expect({ exit: json.exitCode, told: json.document.exitCode }).toEqual({ exit: 2, told: 2 });
      expect(finding?.code).toBe(code);
      expect(`${finding?.message} ${finding?.try}`).toContain(says);
      expect(finding?.try).not.toBe('');
      expect(people).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining(says) });
      expect(readdirSync(instance.settings.vault.pathname)).toEqual([]);
    });
  }

  it('a config directory that is not there, with no volume above it', async () => {
    using instance = scratchInstance(null, '');
    const directory = '/keykeeper-no-such-volume/config';
    const result = await runCli(
      ['init', '--json'],
      environmentOf(instance, { KEYKEEPER_CONFIG_DIR: directory, KEYKEEPER_DATABASE: 'none' }),
    );

    expect(result.exitCode).toBe(2);
    expect(result.document.findings).toMatchObject([
      { code: 'config-directory-missing', try: expect.stringContaining('KEYKEEPER_CONFIG_DIR') },
    ]);
    expect(existsSync('/keykeeper-no-such-volume')).toBe(false);
  });
});
