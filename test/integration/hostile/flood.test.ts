import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { Keeper } from '../../../src/keeper/keeper.ts';
import type { Reconciliation } from '../../../src/keeper/reconciliation.ts';
import { noPlatform } from '../../../src/platform/none.ts';
import { runWatch } from '../keeper/run-watch.ts';
import { type ScratchInstance, scratchInstance } from '../keeper/scratch-instance.ts';

/** What a watch may need more while it is flooded, in bytes: garbage that is not yet collected, and no queue. */
const MORE = 192 * 1024 * 1024;
/** How long the flood lasts, in ms. */
const FLOOD = 3_000;
const FILES = 100_000;

describe('a watch', () => {
  it('looks no more often than it can in a flood of events, and heals', async () => {
    using instance = prepared();
    const key = readFileSync(instance.keyPath);
    const keeper = new CountingKeeper(partsOf(instance), 'guard');
    await using running = runWatch(keeper);
    await running.until(({ result }) => result.generation !== null);
    const before = process.memoryUsage().rss;

    const { changes, took } = await flood(instance.keyPath);
    await expect.poll(() => contentOf(instance.keyPath), { timeout: 20_000 }).toEqual(key);

    // After each look it rests for 10 ms, after each pass for 200.
    expect(keeper.looks).toBeLessThan(took / 10 + 50);
    expect(keeper.passes).toBeLessThan(took / 200 + 20);
    expect(changes).toBeGreaterThan(10 * keeper.looks);
    expect(process.memoryUsage().rss - before).toBeLessThan(MORE);
  });

  it('does so where a script that copies at each event is kept busy by every one of them', async () => {
    using instance = prepared();
    const copy = `${instance.keyPath}.copy`;
    writeFileSync(copy, readFileSync(instance.keyPath));
    let copies = 0;
    using _ = naiveWatch(instance.keyPath, copy, () => {
      copies += 1;
    });

    const { took } = await flood(instance.keyPath);

    expect(copies).toBeGreaterThan(took / 10 + 50);
  });

  it('does not grow with 100,000 files beside the key, touches none of them, and heals', async () => {
    using instance = prepared();
    const key = readFileSync(instance.keyPath);
    for (let number = 0; number < FILES; number += 1) closeSync(openSync(join(instance.configDir, `f${number}`), 'w'));
    const touched = statSync(join(instance.configDir, 'f0')).ctimeMs;
    const before = process.memoryUsage().rss;

    await using running = runWatch(instance.keeper('guard'));
    await running.until(({ result }) => result.generation !== null);
    for (let number = 1; number < FILES; number += 100) {
      writeFileSync(join(instance.configDir, `f${number}`), 'x');
      await nextTurn();
    }
    rmSync(instance.keyPath);
    await expect.poll(() => contentOf(instance.keyPath), { timeout: 20_000 }).toEqual(key);

    expect(process.memoryUsage().rss - before).toBeLessThan(MORE);
    const untouched = statSync(join(instance.configDir, 'f0')).ctimeMs;
    // What the entrypoints of today do, and what it costs them.
    spawnSync('chmod', ['-R', '775', instance.configDir]);

    expect(untouched).toBe(touched);
    expect(statSync(join(instance.configDir, 'f0')).ctimeMs).not.toBe(touched);
  });
});

/** The loop of `inotifywait` and `cp` that people run. */
function naiveWatch(path: string, copy: string, onCopy: () => void): Disposable {
  const watcher = watch(dirname(path), () => {
    if (existsSync(path) && statSync(path).size === 32) return;
    copyFileSync(copy, path);
    onCopy();
  });
  return { [Symbol.dispose]: () => watcher.close() };
}

/** A keeper that knows how often it was asked. */
class CountingKeeper extends Keeper {
  looks = 0;
  passes = 0;

  override async putBackAtOnce(signal: AbortSignal): Promise<Reconciliation | null> {
    this.looks += 1;
    return await super.putBackAtOnce(signal);
  }

  override async reconcile(...args: Parameters<Keeper['reconcile']>): Promise<Reconciliation> {
    this.passes += 1;
    return await super.reconcile(...args);
  }
}

function partsOf({ settings, openVault }: ScratchInstance): ConstructorParameters<typeof Keeper>[0] {
  const clock = { now: () => new Date(), monotonic: () => performance.now() };
  return { settings, openVault, platform: noPlatform(), ...clock };
}

function prepared(): ScratchInstance {
  const instance = scratchInstance(null, '');
  instance.put('glpicrypt.key', randomBytes(32));
  return instance;
}

async function flood(path: string): Promise<{ changes: number; took: number }> {
  const started = performance.now();
  const stop = new Int32Array(new SharedArrayBuffer(8));
  const worker = new Worker(join(import.meta.dirname, 'flood-file.ts'), { workerData: { path, stop } });
  await once(worker, 'message');
  await sleep(FLOOD);
  Atomics.store(stop, 0, 1);
  await once(worker, 'exit');
  return { changes: Atomics.load(stop, 1), took: performance.now() - started };
}

function contentOf(path: string): Buffer | null {
  return existsSync(path) ? readFileSync(path) : null;
}
