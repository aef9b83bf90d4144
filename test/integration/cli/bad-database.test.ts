import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/core/secret.ts';
import { formatConfigDb } from '../../../src/glpi/format-config-db.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { startTcpProxy } from '../../stand-in/mariadb/tcp-proxy.ts';
import { available } from '../../stand-in/require.ts';
import { configFor, type ScratchInstance, scratchInstance } from '../keeper/scratch-instance.ts';
import { sealedSchema } from '../keeper/sealed-schema.ts';
import { environmentOf, resultOf, runCli, startCli } from './run-cli.ts';

describe.skipIf(!(await available('mariadb')))('a database that is not to be had', () => {
  let mariadb: Mariadb;
  let key: Buffer;
  let schema: string;

  beforeAll(async () => {
    mariadb = await startMariadb();
  });

  afterAll(async () => {
    await mariadb.stop();
  });

  beforeEach(async () => {
    key = randomBytes(32);
    schema = await sealedSchema(mariadb, key);
  });

  it.each([
    ['empty', ''],
    ['half-written', (whole: string) => whole.slice(0, whole.indexOf('dbpassword') + 14)],
    ['another PHP file', "<?php\nclass Cat { public $name = 'Tom'; }\n"],
  ])('for config_db.php is %s: it says so, the file stays, and no key is lost', async (_, content) => {
    using instance = scratchInstance(mariadb, schema);
    instance.put('glpicrypt.key', key);
    await instance.keeper('gate').reconcile(AbortSignal.timeout(20_000));
    const bad = typeof content === 'string' ? content : content(configFor(mariadb, schema));
    instance.put('config_db.php', bad);

    const result = await runCli(['init', '--json'], environmentOf(instance));

    expect(result.document.findings).toContainEqual(
      expect.objectContaining({
        code: 'config-db-malformed',
        severity: 'error',
        target: `${instance.configDir}/config_db.php`,
        try: expect.stringContaining('keykeeper history'),
      }),
    );
    expect(result.stdout + result.stderr).not.toContain(mariadb.rootPassword);
    expect(instance.read('config_db.php').toString()).toBe(bad);
    expect(instance.read('glpicrypt.key')).toEqual(key);
  });

  it.each([
    ['nobody listens', (instance: ScratchInstance) => withHost(instance, '127.0.0.1:1'), 'database-refused'],
    [
      'the password is wrong',
      (instance: ScratchInstance) => withHost(instance, mariadb.dbhost, 'wrong'),
      'database-access-denied',
    ],
  ])('because %s: exit 12 within the wait, and the absent key stays absent', async (_, change, code) => {
    using instance = scratchInstance(mariadb, schema, { databaseWait: 300 });
    change(instance);

    const result = await runCli(['init', '--json'], environmentOf(instance));

    expect(result.document).toMatchObject({ verdict: 'missing', gate: 'blocked', exitCode: 12 });
    expect(result.document.findings.map((each) => each.code)).toContain(code);
    expect(result.document.findings.every((each) => each.severity !== 'error' || each.try !== '')).toBe(true);
  });

  it('for it falls silent in the middle: exit 12, and neither file nor vault is touched', async () => {
    using instance = scratchInstance(mariadb, schema, { databaseWait: 1_000 });
    await using proxy = await startTcpProxy(mariadb);
    withHost(instance, proxy.dbhost, mariadb.rootPassword, schema);
    const whole = instance.read('config_db.php');
    instance.put('glpicrypt.key', key);
    const before = await instance.keeper('gate').reconcile(AbortSignal.timeout(20_000));
    while (proxy.openConnections() > 0) await sleep(2);
    const child = startCli(['init', '--json'], environmentOf(instance));
    while (proxy.openConnections() === 0 && child.exitCode === null) await sleep(2);
    proxy.freeze();

    const cut = await resultOf(child);

    expect(before.after.judgement.verdict).toBe('sound');
    expect(cut.document).toMatchObject({ verdict: 'unproven', gate: 'blocked', exitCode: 12 });
    expect(cut.document.findings[0]).toMatchObject({ severity: 'error', try: expect.stringMatching(/./) });
    expect([instance.read('config_db.php'), instance.read('glpicrypt.key')]).toEqual([whole, key]);
    expect((await (await instance.openVault()).list()).generations).toHaveLength(1);
  });
});

function withHost(instance: ScratchInstance, host: string, password = 'unused', schema = 'glpi'): void {
  const settings = { hosts: [host], user: 'root', password: new Secret(password), schema, flags: {} };
  instance.put('config_db.php', formatConfigDb(settings, '10.0.17'));
}
