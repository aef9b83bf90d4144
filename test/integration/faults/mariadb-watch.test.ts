import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { WatchReport } from '../../../src/keeper/watch.ts';
import type { Fault } from '../../stand-in/fault-proxy/fault.ts';
import { type FaultProxy, startFaultProxy } from '../../stand-in/fault-proxy/fault-proxy.ts';
import type { Mariadb } from '../../stand-in/mariadb/mariadb.ts';
import { startMariadb } from '../../stand-in/mariadb/start-mariadb.ts';
import { available } from '../../stand-in/require.ts';
import { type RunningWatch, runWatch } from '../keeper/run-watch.ts';
import { type ScratchInstance, scratchInstance } from '../keeper/scratch-instance.ts';
import { sealedSchema } from '../keeper/sealed-schema.ts';
import { behind, placeOf } from './behind-proxy.ts';

/** What keeps a pass waiting, so that everything else happens meanwhile. */
const HANGING: readonly (readonly [string, Fault])[] = [
  ['takes the connection and says nothing', { break: { how: 'swallow' } }],
  ['falls silent in the middle of an answer', { break: { how: 'swallow', since: ['SHOW TABLES'], after: 7 } }],
  ['sends one byte a second', { bytesPerSecond: 1 }],
];

describe.skipIf(!(await available('mariadb')))('a watch whose database', () => {
  let mariadb: Mariadb;
  let proxy: FaultProxy;
  let instance: ScratchInstance;
  let key: Buffer;

  beforeAll(async () => {
    mariadb = await startMariadb();
  });
  beforeEach(async () => {
    proxy = await startFaultProxy(placeOf(mariadb));
    key = randomBytes(32);
    // Trouble is asked about again at this interval at the latest.
    instance = scratchInstance(behind(proxy, mariadb), await sealedSchema(mariadb, key), { interval: 250 });
    instance.put('glpicrypt.key', key);
  });
  afterEach(async () => {
    await proxy[Symbol.asyncDispose]();
    instance[Symbol.dispose]();
  });
  afterAll(() => mariadb.stop());

  async function soundWatch(): Promise<RunningWatch> {
    const watch = runWatch(instance.keeper('guard'));
    await watch.until(({ result }) => result.after.judgement.verdict === 'sound' && result.generation !== null);
    return watch;
  }

  it.each(HANGING)('%s puts a deleted key back meanwhile, and goes on once it is healed', async (_, fault) => {
    await using watch = await soundWatch();
    proxy.forget();
    proxy.suffer(fault);
    await expect.poll(() => proxy.connections, { timeout: 10_000 }).toBeGreaterThan(0);
    const passes = passesIn(watch);

    for (const damage of [() => rmSync(instance.keyPath), () => writeFileSync(instance.keyPath, 'short')]) {
      const seen = watch.reports.length;
      damage();
      await watch.until((report) => watch.reports.indexOf(report) >= seen && restoresKey(report));
      expect(instance.read('glpicrypt.key')).toEqual(key);
    }

    expect(passesIn(watch), 'the pass still waits').toBe(passes);
    proxy.heal();
    // What was swallowed hears nothing of that: the network tells of it, or the time for an answer ends.
    proxy.reset();
    const healed = watch.reports.length;
    const report = await watch.until((each) => watch.reports.indexOf(each) >= healed && isSound(each));
    expect(report.result.findings.filter(({ code }) => code.startsWith('database-'))).toEqual([]);
  });

  it('resets each connection is asked once a pass, is told of, and found again by itself', async () => {
    await using watch = await soundWatch();
    const seen = watch.reports.length;
    proxy.suffer({ break: { how: 'reset' } });
    proxy.reset();
    await watch.until((report) => watch.reports.indexOf(report) >= seen && isSilent(report));
    proxy.forget();
    const from = passesIn(watch);

    await expect.poll(() => passesIn(watch) - from, { timeout: 20_000 }).toBeGreaterThan(4);
    const connections = proxy.connections;
    const passes = passesIn(watch) - from;

    // One pass may be on its way.
    expect(Math.abs(connections - passes)).toBeLessThanOrEqual(1);
    expect(watch.reports.at(-1)?.result.findings).toContainEqual(expect.objectContaining({ code: 'database-lost' }));
    proxy.heal();
    const healed = watch.reports.length;
    await watch.until((report) => watch.reports.indexOf(report) >= healed && isSound(report));
    await expect.poll(() => proxy.open).toBe(0);
  });

  it('swallows the connection for good is found again after the time for a login, without a sign of the old one', async () => {
    await using watch = await soundWatch();
    proxy.suffer({ break: { how: 'swallow' } });
    proxy.forget();
    await expect.poll(() => proxy.connections, { timeout: 10_000 }).toBeGreaterThan(0);

    proxy.heal();

    const seen = watch.reports.length;
    await watch.until((report) => watch.reports.indexOf(report) >= seen && isSilent(report));
    await watch.until((report) => watch.reports.indexOf(report) >= seen && isSound(report));
  });
});

/** Whole passes, not what was put back beside them. */
function passesIn(watch: RunningWatch): number {
  return watch.reports.filter(({ trigger, result }) => trigger !== 'file' || !isPutBack(result.reports)).length;
}

function isPutBack(reports: WatchReport['result']['reports']): boolean {
  return reports.some(({ action }) => action === 'restore-file');
}

function restoresKey({ result }: WatchReport): boolean {
  return result.reports.some(({ action, done, target }) => {
    return action === 'restore-file' && done && target.endsWith('glpicrypt.key');
  });
}

function isSound({ result }: WatchReport): boolean {
  return result.after.judgement.verdict === 'sound';
}

function isSilent({ result }: WatchReport): boolean {
  return result.after.judgement.databaseSilent;
}
