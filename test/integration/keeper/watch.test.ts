import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { gid, uid } from '../../../src/core/brand.ts';
import { sealWithNonce } from '../../../src/glpi/sealed-value.ts';
import { fingerprintOf } from '../../../src/glpi/security-key.ts';
import { loadGlpiTables } from '../../stand-in/mariadb/load-glpi-tables.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { available } from '../../stand-in/require.ts';
import { runWatch } from './run-watch.ts';
import { type ScratchInstance, schemaName, scratchInstance } from './scratch-instance.ts';

const SECRET = 'a password an administrator typed in';

describe.skipIf(!(await available('mariadb')))('a watch beside a sound instance', () => {
  let mariadb: Mariadb;
  let schema: string;
  let key: Buffer;

  beforeAll(async () => {
    mariadb = await startMariadb();
  });

  afterAll(async () => {
    await mariadb.stop();
  });

  beforeEach(async () => {
    schema = await mariadb.createSchema(schemaName('watch'));
    key = randomBytes(32);
    const client = await mariadb.connect({ schema });
    await loadGlpiTables(client, '10.0.17');
    await client.query("UPDATE glpi_configs SET value = ? WHERE context = 'core' AND name = 'smtp_passwd'", [
      sealLikeGlpi(key),
    ]);
    await client.end();
  });

  it('puts back a deleted key', async () => {
    using instance = prepared(mariadb, schema, key);
    await using watch = await soundWatch(instance);

    rmSync(instance.keyPath);
    await watch.until(({ result }) => restoredKey(result.reports));

    expect(instance.read('glpicrypt.key')).toEqual(key);
  });

  it('puts back a deleted config_db.php', async () => {
    using instance = prepared(mariadb, schema, key);
    const before = instance.read('config_db.php');
    await using watch = await soundWatch(instance);

    rmSync(`${instance.configDir}/config_db.php`);
    await watch.until(({ result }) => result.reports.some((each) => each.action === 'restore-file' && each.done));

    expect(instance.read('config_db.php')).toEqual(before);
  });

  it.each([
    ['truncated to nothing', () => Buffer.alloc(0)],
    ['cut to 31 bytes', (live: Buffer) => live.subarray(0, 31)],
    ['written as hexadecimal text', (live: Buffer) => Buffer.from(live.toString('hex'))],
    ['given a newline at its end', (live: Buffer) => Buffer.concat([live, Buffer.from('\n')])],
  ])('puts back a key that was %s', async (_, damage) => {
    using instance = prepared(mariadb, schema, key);
    await using watch = await soundWatch(instance);

    writeFileSync(instance.keyPath, damage(key));
    await watch.until(({ result }) => restoredKey(result.reports));

    expect(instance.read('glpicrypt.key')).toEqual(key);
  });

  it('replaces another 32 bytes only after two passes, and keeps them in the vault', async () => {
    using instance = prepared(mariadb, schema, key);
    await using watch = await soundWatch(instance);
    const stranger = randomBytes(32);

    writeFileSync(instance.keyPath, stranger);
    const report = await watch.until(({ result }) => restoredKey(result.reports));

    const { generations } = await (await instance.openVault()).list();
    expect(report.result.found.judgement.verdict).toBe('wrong');
    expect(report.result.found.pass.observation.database).toMatchObject({ settled: true });
    expect(instance.read('glpicrypt.key')).toEqual(key);
    expect(generations.map((each) => each.fingerprint)).toContain(fingerprintOf(stranger));
  });

  it('judges a key that was renamed over the live one the same way', async () => {
    using instance = prepared(mariadb, schema, key);
    await using watch = await soundWatch(instance);
    instance.put('incoming', randomBytes(32));

    renameSync(`${instance.configDir}/incoming`, instance.keyPath);
    await watch.until(({ result }) => restoredKey(result.reports));

    expect(instance.read('glpicrypt.key')).toEqual(key);
  });

  it('never rolls back a rotation, not even half-way', async () => {
    using instance = prepared(mariadb, schema, key);
    await using watch = await soundWatch(instance);
    const next = randomBytes(32);

    writeFileSync(instance.keyPath, next);
    await wait(20);
    const client = await mariadb.connect({ schema });
    await client.query("UPDATE glpi_configs SET value = ? WHERE context = 'core' AND name = 'smtp_passwd'", [
      sealLikeGlpi(next),
    ]);
    await client.end();
    await watch.until(
      ({ result }) => result.after.judgement.live === fingerprintOf(next) && result.after.judgement.verdict === 'sound',
    );

    const { generations } = await (await instance.openVault()).list();
    expect(watch.reports.some(({ result }) => restoredKey(result.reports))).toBe(false);
    expect(instance.read('glpicrypt.key')).toEqual(next);
    const proven = generations.filter((each) => each.proof !== null).map((each) => each.fingerprint);
    expect(proven).toEqual(expect.arrayContaining([fingerprintOf(key), fingerprintOf(next)]));
  });

  it.runIf(process.getuid?.() === 0)('gives GLPI its file again after root took it', async () => {
    using instance = prepared(mariadb, schema, key, { owner: { kind: 'fixed', uid: uid(33), gid: gid(33) } });
    await using watch = await soundWatch(instance);

    chownSync(instance.keyPath, 0, 0);
    chmodSync(instance.keyPath, 0o000);
    await watch.until(() => statSync(instance.keyPath).uid === 33);

    const { uid: owner, mode } = statSync(instance.keyPath);
    expect({ owner, mode: mode & 0o777 }).toEqual({ owner: 33, mode: 0o600 });
  });

  it('captures a vault that was lost again', async () => {
    using instance = prepared(mariadb, schema, key);
    await using watch = await soundWatch(instance);
    const folder = `${instance.settings.vault.pathname}/glpi`;

    rmSync(folder, { recursive: true });
    const before = watch.reports.length;
    watch.ask('signal');
    await watch.until((report) => watch.reports.indexOf(report) >= before && report.trigger === 'signal');

    expect(existsSync(folder)).toBe(true);
    const { generations } = await (await instance.openVault()).list();
    expect(generations.map((each) => each.fingerprint)).toEqual([fingerprintOf(key)]);
  });

  it('writes nothing at all when nothing changed', async () => {
    using instance = prepared(mariadb, schema, key);
    await using watch = await soundWatch(instance);

    watch.ask('timer');
    const report = await watch.until((each) => each.trigger === 'timer');

    expect(report.result.reports).toEqual([]);
    expect((await (await instance.openVault()).list()).generations).toHaveLength(1);
  });
});

function prepared(
  mariadb: Mariadb,
  schema: string,
  key: Buffer,
  changes: Parameters<typeof scratchInstance>[2] = {},
): ScratchInstance {
  const instance = scratchInstance(mariadb, schema, changes);
  instance.put('glpicrypt.key', key);
  return instance;
}

async function soundWatch(instance: ScratchInstance) {
  const watch = runWatch(instance.keeper('guard'));
  await watch.until(({ result }) => result.after.judgement.verdict === 'sound' && result.generation !== null);
  return watch;
}

function restoredKey(reports: readonly { action: string; target: string; done: boolean }[]): boolean {
  return reports.some((each) => each.action === 'restore-file' && each.done && each.target.endsWith('glpicrypt.key'));
}

/** Without Keykeeper's mark in the nonce: what GLPI seals proves a key. */
function sealLikeGlpi(key: Buffer): string {
  return sealWithNonce(Buffer.from(SECRET), key, randomBytes(24));
}
