import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { registrationFingerprint } from '../../../src/glpi/registration-key.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { available } from '../../stand-in/require.ts';
import { type CliEnvironment, environmentOf, runCli } from '../cli/run-cli.ts';
import {
  historyOf,
  type RegistrationScene,
  registrationScene,
  someRegistrationKey,
} from '../keeper/registration-scene.ts';

describe.skipIf(!(await available('mariadb')))('keykeeper registration', () => {
  let mariadb: Mariadb;
  let scene: RegistrationScene;
  let environment: CliEnvironment;

  beforeAll(async () => {
    mariadb = await startMariadb();
  });

  afterAll(async () => {
    await mariadb.stop();
  });

  beforeEach(async () => {
    scene = await registrationScene(mariadb);
    environment = environmentOf(scene.instance);
    await runCli(['init'], environment);
  });

  afterEach(async () => {
    await scene[Symbol.asyncDispose]();
  });

  function fileWith(text: string): string {
    const path = join(scene.instance.configDir, '../registration.txt');
    writeFileSync(path, text);
    return path;
  }

  async function registration(words: string, options: readonly string[] = [], input?: string) {
    return await runCli(['registration', ...words.split(' '), ...options, '--json'], environment, input);
  }

  it.each(['a file', 'standard input'])(
    'set writes the key of %s, and the old one stays in the history',
    async (source) => {
      const key = someRegistrationKey('set');

      const set =
        source === 'a file'
          ? await registration('set', ['--file', fileWith(`${key}\n`)])
          : await registration('set', [], `${key}\n`);
      const again = await registration('set', ['--file', fileWith(key)]);

      expect(set.document).toMatchObject({ command: 'registration set', exitCode: 0, verdictAfter: 'sound' });
      expect(set.document.actions.map((each) => [each.action, each.done])).toContainEqual(['write-registration', true]);
      expect(again.document).toMatchObject({ exitCode: 0, actions: [] });
      expect(await scene.rows()).toMatchObject({ key });
      expect(await historyOf(scene)).toEqual(
        expect.arrayContaining([scene.registrationKey, key].map(registrationFingerprint)),
      );
      expect((await historyOf(scene)).at(-1)).toBe(registrationFingerprint(key));
    },
  );

  it('set takes off what pasting added, and says so', async () => {
    const key = someRegistrationKey('pasted');

    const set = await registration('set', [], `"${key.replace(/(.{30})/g, '$1\r\n  ')}"\n`);

    expect(set.document).toMatchObject({ exitCode: 0 });
    expect(set.document.findings.map((each) => each.code)).toContain('registration-key-cleaned');
    expect(await scene.rows()).toMatchObject({ key });
  });

  it.each([
    ['no base64', 'not a key!'],
    ['half a key', someRegistrationKey().slice(0, 40)],
    ['no signature', Buffer.from('{"owner":"a"}').toString('base64')],
    ['nothing', '\n'],
  ])('set refuses %s, changes nothing, and does not repeat it', async (_, text) => {
    const set = await registration('set', [], text);

    expect(set.exitCode).toBe(2);
    if (text.trim() !== '') expect(set.stdout + set.stderr).not.toContain(text.trim());
    expect(await scene.rows()).toMatchObject({ key: scene.registrationKey });
  });

  it.each([
    ['set', ['registration', 'set']],
    ['the command', ['registration']],
    ['keykeeper', []],
  ])('a key among the arguments of %s is refused and not repeated', async (_, words) => {
    const key = someRegistrationKey();

    const refused = await runCli([...words, key], environment);

    expect(refused.exitCode).toBe(2);
    expect(refused.stdout + refused.stderr).not.toContain(key.slice(0, 16));
    expect(await scene.rows()).toMatchObject({ key: scene.registrationKey });
  });

  it('set writes nothing while the security key opens nothing, and says why', async () => {
    await scene.client.query("UPDATE glpi_configs SET value = '' WHERE name = 'smtp_passwd'");
    await scene.store(Buffer.alloc(80, 7).toString('base64'));

    const set = await registration('set', [], someRegistrationKey());

    expect(set.document).toMatchObject({ exitCode: 11, verdict: 'lost' });
    expect(await scene.rows()).toMatchObject({ stored: Buffer.alloc(80, 7).toString('base64') });
  });

  it('set, clear and show say 12 where the database does not answer', async () => {
    const away = { ...environment, KEYKEEPER_DATABASE: 'mysql://glpi@127.0.0.1:1/glpi' };

    const codes = [];
    for (const words of ['set', 'clear', 'show']) {
      codes.push((await runCli(['registration', words, '--json'], away, someRegistrationKey())).exitCode);
    }

    expect(codes).toEqual([12, 12, 12]);
  });

  it('clear empties the row for good: nothing brings the key back', async () => {
    const clear = await registration('clear');
    await runCli(['init'], environment);
    await scene.put(undefined);
    await runCli(['init'], environment);

    expect(clear.document).toMatchObject({ exitCode: 0 });
    expect(await scene.rows()).toMatchObject({ stored: 'no row' });
    expect((await historyOf(scene)).at(-1)).toBe('cleared');
  });

  it.each(['set', 'clear'])('%s --dry-run shows what it would do, and does nothing', async (words) => {
    const before = [await historyOf(scene), await scene.rows()];

    const shown = await registration(words, ['--dry-run'], someRegistrationKey());

    expect(shown.document).toMatchObject({ exitCode: 0, dryRun: true });
    expect(shown.document.actions.map((each) => [each.action, each.done])).toContainEqual([
      'write-registration',
      false,
    ]);
    expect([await historyOf(scene), await scene.rows()]).toEqual(before);
  });

  it('show says what the key says of itself, and never the key', async () => {
    const shown = await registration('show');

    const fingerprint = registrationFingerprint(scene.registrationKey);
    expect(shown.document).toMatchObject({ exitCode: 0, actions: [] });
    expect(shown.document.details?.registration).toMatchObject({
      row: 'opens',
      fingerprint,
      owner: 'ACME',
      reference: expect.stringMatching(/^[0-9a-f]{12}$/),
      passDate: '2026-01-01',
      vault: 'kept',
      vaultFingerprint: fingerprint,
    });
    expect(shown.stdout).not.toContain(scene.registrationKey);
  });

  it('show says what the key in the vault says of itself where GLPI lost it', async () => {
    await scene.put(undefined);

    const shown = await registration('show');
    const told = await runCli(['registration', 'show'], environment);

    const fingerprint = registrationFingerprint(scene.registrationKey);
    expect(shown.document.details?.registration).toMatchObject({
      row: 'absent',
      fingerprint: null,
      owner: 'ACME',
      passDate: '2026-01-01',
      vaultFingerprint: fingerprint,
    });
    expect(told.stdout).toMatch(new RegExp(`vault keeps +the key ${fingerprint}\\nowner +ACME\\n`));
    expect(told.stdout).not.toContain(scene.registrationKey);
  });

  it('show says when GLPI itself asked last, and when its automatic actions ran', async () => {
    const fresh = await runCli(['registration', 'show'], environment);
    await scene.client.query('UPDATE glpi_crontasks SET lastrun = FROM_UNIXTIME(1767225600)');
    await scene.client.query(
      "UPDATE glpi_crontasks SET lastrun = FROM_UNIXTIME(1767000000) WHERE name = 'checkAllUpdates'",
    );

    const shown = await registration('show');
    const told = await runCli(['registration', 'show'], environment);

    expect(fresh.stdout).toMatch(/GLPI asks +never, for its automatic actions have never run/);
    expect(shown.document.details?.registration).toMatchObject({
      checkIn: { lastRun: '2026-01-01T00:00:00.000Z', daily: { enabled: true, lastRun: '2025-12-29T09:20:00.000Z' } },
    });
    expect(told.stdout).toMatch(
      /GLPI asks +by checkAllUpdates, which ran last at 2025-12-29 09:20 UTC; .* ran last at 2026-01-01 00:00 UTC/,
    );
  });

  it('history says which generation holds which key, and that it was cleared', async () => {
    await registration('clear');

    const listed = await runCli(['history', '--json'], environment);
    const told = await runCli(['history'], environment);

    const generations = listed.document.details?.generations as { registration: string | null }[];
    const fingerprint = registrationFingerprint(scene.registrationKey);
    expect(generations.map((each) => each.registration)).toEqual(expect.arrayContaining([fingerprint, 'cleared']));
    expect(told.stdout).toContain(fingerprint);
    expect(told.stdout).toContain('cleared');
  });

  it('a key of the settings that is none ends every command with 2, and is not shown', async () => {
    const text = 'bm8ga2V5IGF0IGFsbA==';
    const wished = { ...environment, KEYKEEPER_REGISTRATION_KEY_FILE: fileWith(text) };

    const runs = [];
    for (const words of [['init'], ['watch'], ['status', '--json'], ['registration', 'show']]) {
      runs.push(await runCli(words, wished));
    }

    expect(runs.map((each) => each.exitCode)).toEqual([2, 2, 2, 2]);
    for (const { stdout, stderr } of runs) expect(stdout + stderr).not.toContain(text);
    expect(runs[0]?.stderr).toContain('KEYKEEPER_REGISTRATION_KEY');
  });

  it('a key that a command sets outranks one of the settings that had no turn yet', async () => {
    const wished = { ...environment, KEYKEEPER_REGISTRATION_KEY_FILE: fileWith(someRegistrationKey('wished')) };
    const key = someRegistrationKey('said');

    await runCli(['registration', 'set'], wished, key);
    await runCli(['init'], wished);

    expect(await scene.rows()).toMatchObject({ key });
  });
});
