import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FROM_BACKUP } from '../../../src/core/history.ts';
import { fingerprintOf } from '../../../src/glpi/security-key.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { available } from '../../stand-in/require.ts';
import { type Contents, tarGzOf, zipOf } from '../../unit/files/search/build-archives.ts';
import { environmentOf, runCli } from '../cli/run-cli.ts';
import { configFor, type ScratchInstance, schemaName, scratchInstance } from './scratch-instance.ts';
import { sealedSchema } from './sealed-schema.ts';

const FORMS = ['a directory', 'a tar.gz', 'a zip'] as const;

describe.skipIf(!(await available('mariadb')))('keys out of backups', () => {
  let mariadb: Mariadb;
  let root: string;
  let key: Buffer;
  let schema: string;

  beforeAll(async () => {
    mariadb = await startMariadb();
  });

  beforeEach(async () => {
    root = mkdtempSync(join(tmpdir(), 'keykeeper-backup-'));
    key = randomBytes(32);
    schema = await sealedSchema(mariadb, key);
  });

  afterEach(() => rmSync(root, { recursive: true, force: true }));

  afterAll(() => mariadb?.stop());

  async function backup(form: (typeof FORMS)[number], contents: Contents): Promise<string> {
    if (form === 'a directory') {
      for (const [name, content] of Object.entries(contents)) {
        mkdirSync(dirname(join(root, 'volume', name)), { recursive: true });
        writeFileSync(join(root, 'volume', name), content);
      }
      return join(root, 'volume');
    }
    const path = join(root, 'backup');
    writeFileSync(path, form === 'a zip' ? zipOf(contents) : await tarGzOf(contents));
    return path;
  }

  async function generations(instance: ScratchInstance) {
    return (await (await instance.openVault()).list()).generations;
  }

  for (const form of FORMS) {
    for (const live of ['another key is live', 'the key is missing'] as const) {
      it(`finds the lost key in ${form} where ${live}, and the next init puts it back`, async () => {
        using instance = scratchInstance(mariadb, schema);
        const wrong = randomBytes(32);
        if (live === 'another key is live') instance.put('glpicrypt.key', wrong);
        const other = randomBytes(32);
        const path = await backup(form, {
          'var/glpi/config/glpicrypt.key': key,
          'var/glpi/config/oauth.pem': 'private',
          'var/glpi/config/oauth.pub': 'public',
          'staging/glpicrypt.key': other,
          'var/glpi/files/ticket.txt': 'text',
        });
        const environment = environmentOf(instance);

        const lost = await runCli(['init', '--json'], environment);
        const captured = await runCli(['capture', '--from', path, '--json'], environment);
        const restored = await runCli(['init', '--json'], environment);

        expect(lost.document.verdict).toBe('lost');
        expect(captured.exitCode).toBe(0);
        expect(captured.document).toMatchObject({
          verdict: 'lost',
          verdictAfter: live === 'the key is missing' ? 'missing' : 'wrong',
          details: { next: expect.stringContaining('keykeeper init') },
        });
        const opened = { settings: { opened: 1, of: 1 }, tokens: { opened: 0, of: 0 }, proven: true };
        expect(captured.document.details?.keys).toEqual(
          expect.arrayContaining([
            expect.objectContaining({ fingerprint: fingerprintOf(key), vault: 'new', tested: opened }),
            expect.objectContaining({ fingerprint: fingerprintOf(other), vault: 'new' }),
          ]),
        );
        expect(restored.document).toMatchObject({ verdictAfter: 'sound', gate: 'open', exitCode: 0 });
        expect(instance.read('glpicrypt.key')).toEqual(key);
        expect([instance.read('oauth.pem'), instance.read('oauth.pub')].map(String)).toEqual(['private', 'public']);
        const kept = (await generations(instance)).map((each) => each.fingerprint);
        for (const each of [key, other]) expect(kept).toContain(fingerprintOf(each));
        if (live === 'another key is live') expect(kept).toContain(fingerprintOf(wrong));
      });
    }
  }

  it('touches nothing with --dry-run, and says what it would keep', async () => {
    using instance = scratchInstance(mariadb, schema);
    const path = await backup('a zip', { 'glpicrypt.key': key });
    const environment = environmentOf(instance);
    await runCli(['init'], environment);
    const before = await generations(instance);

    const { document, exitCode } = await runCli(['capture', '--from', path, '--dry-run', '--json'], environment);

    expect(exitCode).toBe(0);
    expect(document).toMatchObject({
      dryRun: true,
      verdictAfter: 'missing',
      actions: [{ action: 'capture-from', done: false }],
      details: { keys: [{ generation: null, tested: { settings: { opened: 1 } } }] },
    });
    expect(await generations(instance)).toEqual(before);
    expect(existsSync(instance.keyPath)).toBe(false);
  });

  it('keeps keys untested where the database does not answer, and init decides later', async () => {
    using instance = scratchInstance(mariadb, schema);
    const path = await backup('a directory', { 'a/glpicrypt.key': key, 'b/glpicrypt.key': randomBytes(32) });
    const settings = instance.read('config_db.php');
    instance.put('config_db.php', settings.toString().replace(/:\d+|:\/[^']*/, ':1'));
    const environment = environmentOf(instance);

    const untested = await runCli(['capture', '--from', path, '--json'], environment);
    instance.put('config_db.php', settings);
    const restored = await runCli(['init', '--json'], environment);

    expect(untested.exitCode).toBe(12);
    expect(untested.document.details?.keys).toMatchObject([{ tested: null }, { tested: null }]);
    expect(untested.document.findings.map(({ code }) => code)).toContain('found-untested');
    expect(restored.document).toMatchObject({ verdictAfter: 'sound', exitCode: 0 });
    expect(instance.read('glpicrypt.key')).toEqual(key);
  });

  it('says that no found key opens anything, and that there was none', async () => {
    using instance = scratchInstance(mariadb, schema);
    const other = await backup('a zip', { 'glpicrypt.key': randomBytes(32), 'glpicrypt.key.old': 'cut' });
    const environment = environmentOf(instance);

    const useless = await runCli(['capture', '--from', other, '--json'], environment);
    const nothing = await runCli(['capture', '--from', instance.configDir, join(root, 'gone'), '--json'], environment);

    expect([useless.exitCode, nothing.exitCode]).toEqual([10, 2]);
    const codes = (result: typeof useless) => result.document.findings.map(({ code }) => code);
    expect(codes(useless)).toEqual(expect.arrayContaining(['found-opens-nothing', 'found-no-key', 'key-lost']));
    expect(codes(nothing)).toEqual(expect.arrayContaining(['found-nothing', 'search-path-unusable']));
  });

  it('does not let keys of backups make a choice harder that was easy before', async () => {
    using instance = scratchInstance(mariadb, schema);
    instance.put('glpicrypt.key', key);
    const environment = environmentOf(instance);
    await runCli(['init'], environment);
    const path = await backup('a zip', { 'a/glpicrypt.key': randomBytes(32), 'b/glpicrypt.key': randomBytes(32) });
    await runCli(['capture', '--from', path], environment);
    rmSync(instance.keyPath);

    const restored = await runCli(['init', '--json'], { ...environment, KEYKEEPER_DATABASE: 'none' });

    expect(restored.exitCode).toBe(0);
    expect(instance.read('glpicrypt.key')).toEqual(key);
  });

  it("never puts a backup's config_db.php in the place of the instance's own", async () => {
    const staging = await mariadb.createSchema(schemaName('staging'));
    using instance = scratchInstance(mariadb, schema);
    const own = instance.read('config_db.php');
    const path = await backup('a directory', {
      'config/glpicrypt.key': key,
      'config/config_db.php': configFor(mariadb, staging),
    });
    const environment = environmentOf(instance);

    const captured = await runCli(['capture', '--from', path, '--json'], environment);
    await runCli(['init'], environment);
    rmSync(join(instance.configDir, 'config_db.php'));
    rmSync(instance.keyPath);
    const restored = await runCli(['init', '--json'], environment);

    expect(captured.document.findings.map(({ code }) => code)).toContain('found-other-database');
    expect(restored.document).toMatchObject({ verdictAfter: 'sound', exitCode: 0 });
    expect(instance.read('config_db.php')).toEqual(own);
  });

  it('brings a whole lost instance back from its old volume, config_db.php included', async () => {
    using instance = scratchInstance(mariadb, schema);
    const own = instance.read('config_db.php');
    rmSync(join(instance.configDir, 'config_db.php'));
    const path = await backup('a directory', { 'config/glpicrypt.key': key, 'config/config_db.php': own });
    const environment = environmentOf(instance);

    const captured = await runCli(['capture', '--from', path, '--json'], environment);
    const restored = await runCli(['init', '--json'], environment);

    expect(captured.document.details?.keys).toMatchObject([{ tested: { proven: true } }]);
    expect(restored.document).toMatchObject({ verdictAfter: 'sound', exitCode: 0 });
    expect([instance.read('glpicrypt.key'), instance.read('config_db.php')]).toEqual([key, own]);
  });

  it('takes values back that were given up before their key was found', async () => {
    using instance = scratchInstance(mariadb, schema);
    instance.put('glpicrypt.key', randomBytes(32));
    const environment = environmentOf(instance);
    await runCli(['accept'], environment);
    const path = await backup('a zip', { 'glpicrypt.key': key });

    const given = await runCli(['status', '--json'], environment);
    const captured = await runCli(['capture', '--from', path, '--json'], environment);
    const restored = await runCli(['init', '--json'], environment);

    expect(given.document.verdict).toBe('unproven');
    expect(captured.document).toMatchObject({ verdictAfter: 'wrong', exitCode: 0 });
    expect(restored.document).toMatchObject({ verdictAfter: 'sound', exitCode: 0 });
    expect(instance.read('glpicrypt.key')).toEqual(key);
  });

  it('keeps a key once, however often it is found', async () => {
    using instance = scratchInstance(mariadb, schema);
    const path = await backup('a zip', { 'a/glpicrypt.key': key, 'b/glpicrypt.key': `${key.toString('hex')}\n` });
    const environment = environmentOf(instance);

    await runCli(['capture', '--from', path], environment);
    const again = await runCli(['capture', '--from', path, path], environment);

    expect(again.stdout).toMatch(new RegExp(`^${fingerprintOf(key)} +1 of 1 +1 of 1 +0 of 0 +known \\(1\\)`, 'm'));
    expect(again.stdout).toMatch(/^Next: keykeeper init/m);
    expect((await generations(instance)).map(({ reason }) => reason)).toEqual([FROM_BACKUP]);
  });
});
