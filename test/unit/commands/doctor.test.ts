import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { CHECKS } from '../../../src/keeper/doctor/check-table.ts';
import { doctorSchema } from '../../../src/report/doctor-document.ts';
import { resultSchema } from '../../../src/report/document.ts';
import { TemporaryDirectory } from '../files/temporary-directory.ts';
import { runLine } from './run-line.ts';

describe('keykeeper doctor', () => {
  let directory: TemporaryDirectory;
  let environment: Record<string, string>;
  beforeEach(() => {
    directory = new TemporaryDirectory();
    const [config, vault] = ['config', 'vault'].map((name) => join(directory.path, name)) as [string, string];
    mkdirSync(config);
    mkdirSync(vault);
    writeFileSync(join(config, 'glpicrypt.key'), Buffer.alloc(32, 7));
    writeFileSync(join(config, 'oauth.pem'), 'half a pair');
    environment = {
      KEYKEEPER_CONFIG_DIR: config,
      KEYKEEPER_VAULT: `file://${vault}`,
      KEYKEEPER_DATABASE: 'none',
      KEYKEEPER_PLATFORM: 'none',
    };
  });
  afterEach(() => directory[Symbol.dispose]());

  it('prints one document that fits its own schema and that of every command, with all checks in it', async () => {
    const { stdout } = await runLine(['doctor', '--json'], environment);

    const document = z.parse(doctorSchema, JSON.parse(stdout));
    expect(z.safeParse(resultSchema, JSON.parse(stdout)).success).toBe(true);
    expect(document.details.checks.map((each) => each.code)).toEqual(CHECKS.map((each) => each.code));
    expect(document.findings).toContainEqual(expect.objectContaining({ code: 'oauth-pair', severity: 'warning' }));
  });

  it('says how the key stands, too, unless nobody asked about it', async () => {
    const { stdout } = await runLine(['doctor', '--json'], environment);
    const other = await runLine(['doctor', '--json', '--only', 'own-rights'], environment);

    expect(JSON.parse(stdout)).toMatchObject({
      verdict: 'unproven',
      fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    expect(JSON.parse(other.stdout)).toMatchObject({ verdict: null, fingerprint: null });
  });

  it('writes nothing anywhere', async () => {
    const before = treeOf(directory.path);

    await runLine(['doctor'], environment);

    expect(treeOf(directory.path)).toEqual(before);
  });

  it('says for people what is wrong, what was seen, and how to mend it', async () => {
    const { stdout } = await runLine(['doctor', '--only', 'files'], environment);

    expect(stdout).toContain('! warning  oauth-pair: one half');
    expect(stdout).toContain('seen: finding oauth-pair-incomplete');
    expect(stdout).toMatch(/fix: {2}put the missing half back/);
    expect(stdout).toMatch(/✔ ok {7}config_db\.php can be understood/);
    expect(stdout).not.toContain('The vault\n');
  });

  it('ends with 0 on a warning, and with the code of the group where warnings are to count', async () => {
    const only = ['doctor', '--only', 'oauth-pair'];

    expect((await runLine(only, environment)).exitCode).toBe(0);
    expect((await runLine([...only, '--fail-on', 'warning'], environment)).exitCode).toBe(11);
  });

  it.each([
    [['doctor', '--only', 'oauth-pairs'], 'keykeeper doctor --only oauth-pair'],
    [['doctor', '--fail-on', 'severe'], 'error, warning, advice'],
  ])('refuses what it does not know: %s', async (argv, hint) => {
    const { exitCode, stderr } = await runLine(argv, environment);

    expect(exitCode).toBe(2);
    expect(stderr).toContain(hint);
  });

  it('says that the config directory is missing instead of ending there', async () => {
    const { exitCode, stdout } = await runLine(['doctor', '--only', 'files'], {
      ...environment,
      KEYKEEPER_CONFIG_DIR: '/nowhere/config',
    });

    expect(exitCode).toBe(11);
    expect(stdout).toContain('config-directory: there is no config directory');
  });
});

/** Names, contents and change times of all below. */
function treeOf(path: string): unknown[] {
  return readdirSync(path, { recursive: true, encoding: 'utf8' }).map((name) => {
    const status = statSync(join(path, name));
    return [name, status.ctimeMs, status.isFile() ? readFileSync(join(path, name), 'hex') : null];
  });
}
