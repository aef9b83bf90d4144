import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fingerprintOf } from '../../../src/glpi/security-key.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { available } from '../../stand-in/require.ts';
import { environmentOf, runCli, startCli } from '../cli/run-cli.ts';
import { type ScratchInstance, scratchInstance } from './scratch-instance.ts';
import { sealedSchema } from './sealed-schema.ts';

describe.skipIf(!(await available('mariadb')))('two keepers on one vault', () => {
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

  it('started at once put a lost key back without disturbing each other', async () => {
    using instance = await captured(mariadb, schema, key);
    const stranger = randomBytes(32);
    instance.put('glpicrypt.key', stranger);

    const both = await Promise.all([1, 2].map(() => runCli(['init', '--json'], environmentOf(instance))));

    expect(both.map((each) => each.document)).toMatchObject([
      { exitCode: 0, verdictAfter: 'sound', gate: 'open' },
      { exitCode: 0, verdictAfter: 'sound', gate: 'open' },
    ]);
    await expectWhole(instance, key, [key, stranger]);
  });

  it('of which one watches do not keep init from restoring', async () => {
    using instance = await captured(mariadb, schema, key);
    const watch = startCli(['watch'], environmentOf(instance, { KEYKEEPER_HTTP: 'off' }));
    const stranger = randomBytes(32);

    instance.put('glpicrypt.key', stranger);
    const init = await runCli(['init', '--json'], environmentOf(instance));
    watch.kill('SIGTERM');
    const [code] = await once(watch, 'exit');

    expect(init.document).toMatchObject({ exitCode: 0, verdictAfter: 'sound', gate: 'open' });
    expect(code).toBe(0);
    await expectWhole(instance, key, [key, stranger]);
  });

  it('of which one was killed while it held the lease: the next goes on', async () => {
    using instance = await captured(mariadb, schema, key);
    const stranger = randomBytes(32);
    instance.put('glpicrypt.key', stranger);
    const lease = join(instance.settings.vault.pathname, 'glpi/lease.json');
    // The settle time of its second look is spent under no lease; what it holds it for is the restore.
    const held = await (await instance.openVault()).lease(AbortSignal.timeout(20_000));
    const waiting = startCli(['init', '--json'], environmentOf(instance));
    await sleep(600);
    waiting.kill('SIGKILL');
    await once(waiting, 'exit');
    await held[Symbol.asyncDispose]();
    const holder = startCli(['init', '--json'], environmentOf(instance));
    while (!existsSync(lease) && holder.exitCode === null) await sleep(1);
    holder.kill('SIGKILL');
    await once(holder, 'exit');

    const init = await runCli(['init', '--json'], environmentOf(instance));

    expect(init.document).toMatchObject({ exitCode: 0, verdictAfter: 'sound', gate: 'open' });
    expect(existsSync(lease)).toBe(false);
    await expectWhole(instance, key, [key, stranger]);
  });
});

async function captured(mariadb: Mariadb, schema: string, key: Buffer): Promise<ScratchInstance> {
  const instance = scratchInstance(mariadb, schema);
  instance.put('glpicrypt.key', key);
  await instance.keeper('gate').reconcile(AbortSignal.timeout(20_000));
  return instance;
}

async function expectWhole(instance: ScratchInstance, live: Buffer, kept: readonly Buffer[]): Promise<void> {
  const { generations, damaged } = await (await instance.openVault()).list();
  expect(instance.read('glpicrypt.key')).toEqual(live);
  expect(damaged).toEqual([]);
  expect(generations.map((each) => each.fingerprint)).toEqual(expect.arrayContaining(kept.map(fingerprintOf)));
}
