import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { COMMANDS } from '../../../src/commands/command-table.ts';
import { parseCommandLine } from '../../../src/commands/parse-command-line.ts';
import { settingForms } from '../../../src/config/setting-forms.ts';
import { resultSchema } from '../../../src/report/document.ts';
import { VERSION } from '../../../src/version.ts';
import { runLine } from './run-line.ts';

const PLANTED = 'hunter2-planted-secret';

describe('a wrong command line', () => {
  it.each([
    [['confg'], 'there is no command "confg"', 'keykeeper config'],
    [['stauts', '--json=1'], 'there is no command "stauts"', 'keykeeper status'],
    [['zzzzzz'], 'there is no command "zzzzzz"', 'keykeeper --help'],
    [['config', '--instanze', 'x'], '--instanze is no option of config', '--instance'],
    [['config', '--jsn'], '--jsn is no option of config', '--json'],
    [['init', '--dry-rnu'], '--dry-rnu is no option of init', '--dry-run'],
    [['config', '--instance'], '--instance needs a value', 'keykeeper config --help'],
    [['config', 'extra'], 'config takes options only, no further words', 'keykeeper config --help'],
    [['--instance', 'x'], '--instance comes after the command', 'keykeeper config --instance'],
    [['--nothing'], '--nothing is no option', 'keykeeper --help'],
  ])('%j ends with exit code 2 and the right word', async (argv, message, hint) => {
    const { exitCode, stdout, stderr } = await runLine(argv);

    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain(`keykeeper: ${message}\n`);
    expect(stderr).toContain(`Try: ${hint}\n`);
  });

  it.each([
    ['--database-password', '--database-password-file /run/secrets/…, or KEYKEEPER_DATABASE_PASSWORD'],
    ['--http-token', '--http-token-file /run/secrets/…, or KEYKEEPER_HTTP_TOKEN'],
    ['--age-identity', '--age-identity-file /run/secrets/…, or KEYKEEPER_AGE_IDENTITY'],
  ])('with a secret after %s is refused, because it shows there', async (flag, hint) => {
    for (const argv of [
      ['config', flag, PLANTED],
      ['config', `${flag}=${PLANTED}`],
    ]) {
      const { exitCode, stderr } = await runLine(argv);

      expect(exitCode).toBe(2);
      expect(stderr).toContain(hint);
      expect(stderr).not.toContain(PLANTED);
    }
  });

  it('repeats no value of an option it does not know', async () => {
    const { stderr } = await runLine(['config', `--passwrd=${PLANTED}`]);

    expect(stderr).toContain('--passwrd is no option');
    expect(stderr).not.toContain(PLANTED);
  });

  it('is a document with --json, and nothing else', async () => {
    const { exitCode, stdout, stderr } = await runLine(['config', '--settle', '3', '--json']);

    const document = JSON.parse(stdout);
    expect([exitCode, stderr, document.exitCode]).toEqual([2, '', 2]);
    expect(document.findings).toMatchObject([{ code: 'invalid-setting', target: '--settle' }]);
    expect(z.safeParse(resultSchema, document).success).toBe(true);
  });
});

describe('help', () => {
  it('names every command with its summary', async () => {
    const texts = new Map<string, string>();
    for (const group of ['', 'registration', 'vault']) {
      const { exitCode, stdout } = await runLine([...(group === '' ? [] : [group]), '--help']);
      expect(exitCode).toBe(0);
      texts.set(group, stdout);
    }

    for (const entry of COMMANDS) {
      const [group, name] = entry.name.includes(' ') ? entry.name.split(' ') : ['', entry.name];
      expect((texts.get(group ?? '') ?? '').replace(/\s+/g, ' ')).toMatch(
        new RegExp(`${name} (\\[options\\] )?${entry.summary.replace(/\W/g, '.')}`),
      );
    }
  });

  it.each(COMMANDS.map((each) => each.name))(
    'of %s tells what it does, its exit codes, options and examples',
    async (name) => {
      const { exitCode, stdout } = await runLine([...name.split(' '), '--help']);

      const text = stdout.replace(/\s+/g, ' ');
      expect(exitCode).toBe(0);
      expect(text).toContain('Exit codes:');
      expect(text).toContain('Examples:');
      for (const { flag } of settingForms()) if (flag !== null) expect(text).toContain(` ${flag} `);
      if (!name.includes(' ')) expect(await runLine(['help', name])).toMatchObject({ exitCode: 0, stdout });
    },
  );

  it('goes to standard error with exit code 2 where no command is given', async () => {
    const { exitCode, stdout, stderr } = await runLine([]);

    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Usage: keykeeper');
  });

  it('says in the table what the command itself says', async () => {
    for (const { name, summary, load } of COMMANDS) {
      expect(await load()).toMatchObject({ name, summary });
    }
  });

  it('is one line for --version', async () => {
    expect(await runLine(['--version'])).toMatchObject({ exitCode: 0, stdout: `${VERSION}\n` });
  });
});

describe('keykeeper config', () => {
  it('shows every setting with its source, aligned', async () => {
    const { exitCode, stdout } = await runLine(['config', '--gate', 'warn'], { KEYKEEPER_SETTLE: '30s' });

    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^gate {2,}warn {2,}flag$/m);
    expect(stdout).toMatch(/^settle {2,}30s {2,}environment$/m);
    expect(stdout).toMatch(/^httpToken {2,}\(not set\) {2,}default$/m);
    expect(stdout).not.toContain('\u001b');
  });

  it.each([[['config']], [['config', '--json']]])('%j shows no secret', async (argv) => {
    const { exitCode, stdout, stderr } = await runLine(argv, {
      KEYKEEPER_HTTP_TOKEN: PLANTED,
      KEYKEEPER_DATABASE: 'mysql://glpi@db/glpi',
      KEYKEEPER_DATABASE_PASSWORD: PLANTED,
    });

    expect(exitCode).toBe(0);
    expect(stdout).toContain('[redacted]');
    for (const form of [PLANTED, Buffer.from(PLANTED).toString('base64'), Buffer.from(PLANTED).toString('hex')]) {
      expect(stdout + stderr).not.toContain(form);
    }
  });

  it('is a document of the schema with --json', async () => {
    const { stdout } = await runLine(['config', '--json']);

    const document = JSON.parse(stdout);
    expect(z.safeParse(resultSchema, document).success).toBe(true);
    expect(document.details.settings).toContainEqual({ name: 'instance', value: 'glpi', source: 'default' });
  });
});

describe("a command's own option", () => {
  it('comes before the flag of a setting of the same name', async () => {
    const [gate, plain] = [
      await parseCommandLine(['watch', '--gate']),
      await parseCommandLine(['init', '--gate', 'warn']),
    ];

    expect(gate).toMatchObject({ kind: 'run', options: { gate: true }, flags: {} });
    expect(plain).toMatchObject({ kind: 'run', options: {}, flags: { gate: 'warn' } });
  });
});
