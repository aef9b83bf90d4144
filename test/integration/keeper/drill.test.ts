import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Settings } from '../../../src/config/settings.ts';
import { Secret } from '../../../src/core/secret.ts';
import { fingerprintOf } from '../../../src/glpi/security-key.ts';
import { type DrillReport, succeeded } from '../../../src/keeper/drill/drill-report.ts';
import { runDrill } from '../../../src/keeper/drill/run-drill.ts';
import { vaultOpener } from '../../../src/keeper/open-keeper.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { available } from '../../stand-in/require.ts';
import { environmentOf, runCli, startCli } from '../cli/run-cli.ts';
import { type RescueScene, rescueScene } from './rescue-scene.ts';
import { sealLikeGlpi } from './sealed-schema.ts';

const SCRATCH = '/dev/shm';

async function drill({ instance }: RescueScene, changes: Partial<Settings> = {}): Promise<DrillReport> {
  const settings = { ...instance.settings, ...changes };
  const openVault = vaultOpener(settings, false);
  return runDrill({ settings, openVault, now: () => new Date(), signal: AbortSignal.timeout(30_000) });
}

function codesOf({ obstructions }: DrillReport): [string, number][] {
  return obstructions.map(({ finding, exitCode }) => [finding.code, exitCode]);
}

/** Everything on GLPI's side and in the vault, with times. */
function traces({ instance }: RescueScene): string[] {
  const roots = [instance.configDir, fileURLToPath(instance.settings.vault)];
  return roots.flatMap((root) =>
    readdirSync(root, { recursive: true, encoding: 'utf8' }).map((name) => {
      const { mtimeMs, size, mode, ino } = statSync(join(root, name));
      return [join(root, name), mtimeMs, size, mode, ino].join(' ');
    }),
  );
}

describe.skipIf(!(await available('mariadb')))('a drill', () => {
  let mariadb: Mariadb;

  beforeAll(async () => {
    mariadb = await startMariadb();
  });

  afterAll(async () => {
    await mariadb.stop();
  });

  it('brings everything back in a place of its own, proves it on the live database, and touches nothing', async () => {
    await using scene = await rescueScene(mariadb, ['mail secret', 'other secret']);
    const before = traces(scene);

    const report = await drill(scene);

    expect(report).toMatchObject({ verdict: 'sound', tested: 2, opened: 2, unreadable: [], generation: 1 });
    expect(report).toMatchObject({ fingerprint: fingerprintOf(scene.key), escrow: { values: 2, opened: 2 } });
    expect(report.files.map(({ name, live }) => [name, live])).toEqual([
      ['glpicrypt.key', 'same'],
      ['config_db.php', 'same'],
    ]);
    expect(report.obstructions).toEqual([]);
    expect(report.losses).toEqual([]);
    expect(traces(scene)).toEqual(before);
  });

  it('needs no file of GLPI, as after a total loss', async () => {
    await using scene = await rescueScene(mariadb, ['mail secret']);
    rmSync(scene.instance.configDir, { recursive: true });

    const report = await drill(scene);

    expect(succeeded(report)).toBe(true);
    expect(report.files.map(({ live }) => live)).toEqual(['absent', 'absent']);
  });

  it('names what is live and not in the vault', async () => {
    await using scene = await rescueScene(mariadb, ['mail secret', 'other secret']);
    await scene.write(2, sealLikeGlpi('typed in since', scene.key));
    scene.instance.put('local_define.php', '<?php // new');

    const report = await drill(scene);

    expect(succeeded(report)).toBe(true);
    expect(report.losses.map(({ code, target, message }) => [code, target.split('/').at(-1), message])).toEqual([
      ['drill-would-lose', 'local_define.php', expect.stringContaining('is not in the vault')],
      ['drill-would-lose', 'database', expect.stringContaining('a secret was written since')],
    ]);
  });

  it('fails where another key would come back than the live one, and where none opens the database', async () => {
    await using scene = await rescueScene(mariadb, ['mail secret']);
    const other = randomBytes(32);
    scene.instance.put('glpicrypt.key', other);
    const stale = await drill(scene);
    await scene.write(1, sealLikeGlpi('sealed under it', other));

    const lost = await drill(scene);

    expect(codesOf(stale)).toEqual([['drill-key', 11]]);
    expect(codesOf(lost)[0]).toEqual(['drill-key', 10]);
    expect(succeeded(lost)).toBe(false);
  });

  it('fails where a part of the escrow is damaged, and names the file', async () => {
    await using scene = await rescueScene(mariadb, ['mail secret']);
    const escrow = join(fileURLToPath(scene.instance.settings.vault), 'glpi', 'escrow');
    const [chunk = ''] = readdirSync(escrow, { recursive: true, encoding: 'utf8' }).filter((name) => name.length > 60);
    writeFileSync(join(escrow, chunk), 'torn');

    const report = await drill(scene);

    expect(codesOf(report)).toEqual([['drill-escrow', 14]]);
    expect(report.obstructions[0]?.finding.target).toBe(join(escrow, chunk));
  });

  it('fails where the database does not answer, for nothing is proven then', async () => {
    await using scene = await rescueScene(mariadb, ['mail secret']);
    const nowhere = { kind: 'url', hosts: ['127.0.0.1:1'], user: 'glpi', schema: 'glpi', password: null } as const;

    const report = await drill(scene, { database: nowhere });

    expect(codesOf(report)).toContainEqual(['drill-database', 12]);
  });

  it('of an encrypted vault works with the identity, and says that it is missing without', async () => {
    await using scene = await rescueScene(mariadb, ['mail secret']);
    const identity = await generateX25519Identity();
    const settings = { ...scene.instance.settings, ageRecipients: [await identityToRecipient(identity)] };
    rmSync(join(fileURLToPath(settings.vault), 'glpi'), { recursive: true });
    await runCli(['capture'], {
      ...environmentOf(scene.instance),
      KEYKEEPER_AGE_RECIPIENTS: settings.ageRecipients[0] ?? '',
    });

    const closed = await drill(scene, settings);
    const opened = await drill(scene, { ...settings, ageIdentity: new Secret(identity) });

    expect(codesOf(closed).map(([, exitCode]) => exitCode)).toContain(14);
    expect(JSON.stringify(closed.obstructions)).toContain('KEYKEEPER_AGE_IDENTITY_FILE');
    expect(opened.obstructions).toEqual([]);
  });

  it('keeps date and result for status, and a failed one is an error until one succeeds', async () => {
    await using scene = await rescueScene(mariadb, ['mail secret']);
    const environment = environmentOf(scene.instance);
    const other = randomBytes(32);
    scene.instance.put('glpicrypt.key', other);

    const failed = await runCli(['drill', '--json'], environment);
    const told = await runCli(['status', '--json'], environment);
    scene.instance.put('glpicrypt.key', scene.key);
    const works = await runCli(['drill', '--json'], environment);
    const quiet = await runCli(['status'], environment);

    expect(failed.document).toMatchObject({ exitCode: 11, details: { success: false } });
    expect(told.document.findings.map(({ code }) => code)).toContain('drill-failed');
    expect(works.document).toMatchObject({ exitCode: 0, verdict: null, details: { success: true, verdict: 'sound' } });
    expect(quiet.stdout).toMatch(/drill +done on \d{4}-\d\d-\d\d: 2 files came back/);
    expect(quiet.stdout).not.toContain('drill-failed');
  });

  it('stopped by a signal leaves nothing of what it brought back', async () => {
    await using scene = await rescueScene(mariadb, ['mail secret']);
    await scene.client.query('LOCK TABLES glpi_mailcollectors WRITE');
    const before = new Set(readdirSync(SCRATCH));
    const child = startCli(['drill'], environmentOf(scene.instance));
    const ended = once(child, 'exit');
    let made: string | undefined;
    while (made === undefined) {
      await delay(20);
      made = readdirSync(SCRATCH).find((name) => name.startsWith('keykeeper-drill-') && !before.has(name));
    }

    child.kill('SIGTERM');
    await ended;
    await scene.client.query('UNLOCK TABLES');

    expect(child.exitCode).toBe(143);
    expect(readdirSync(SCRATCH)).not.toContain(made);
    expect(readFileSync(scene.instance.keyPath)).toEqual(scene.key);
  });
});
