import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { fingerprintOf } from '../../../src/glpi/security-key.ts';
import { environmentOf, runCli, startCli } from '../../integration/cli/run-cli.ts';
import { type ScratchInstance, scratchInstance } from '../../integration/keeper/scratch-instance.ts';

const SEED = Number(process.env.KEYKEEPER_TEST_SEED ?? Date.now() % 2 ** 31);
const KILLS = 300;
/** In ms: on a slow machine fewer kills, never a longer test. */
const TIME = 25_000;
/** Lines of kills at once. */
const LANES = 2;

it(`capture, killed at any moment, leaves a vault that the next run completes (KEYKEEPER_TEST_SEED=${SEED})`, async () => {
  const found = await killAtRandom('capture', async (instance) => {
    const key = randomBytes(32);
    instance.put('glpicrypt.key', key);
    return async () => {
      expect(instance.read('glpicrypt.key')).toEqual(key);
      const { generations, damaged } = await (await instance.openVault()).list();
      expect(damaged).toEqual([]);
      expect(new Set(generations.map((each) => each.fingerprint)).size).toBe(generations.length);
      return generations.some((each) => each.fingerprint === fingerprintOf(key));
    };
  });

  expect(found.kills).toBeGreaterThan(5);
  expect(Math.min(found.before, found.after)).toBeGreaterThan(0);
});

it(`restore, killed at any moment, leaves the key absent or whole, and the next run completes it (KEYKEEPER_TEST_SEED=${SEED})`, async () => {
  const key = randomBytes(32);
  const found = await killAtRandom('restore', async (instance) => {
    instance.put('glpicrypt.key', key);
    await run('capture', instance);
    rmSync(instance.keyPath);
    return async () => {
      const there = existsSync(instance.keyPath);
      if (there) expect(instance.read('glpicrypt.key')).toEqual(key);
      const { generations, damaged } = await (await instance.openVault()).list();
      expect({ damaged, kept: generations.map((each) => each.fingerprint) }).toEqual({
        damaged: [],
        kept: [fingerprintOf(key)],
      });
      return there;
    };
  });

  expect(found.kills).toBeGreaterThan(5);
  expect(Math.min(found.before, found.after)).toBeGreaterThan(0);
});

/** Sets the scene of one kill, and gives the judge of what was left: whether the command's work was done already. */
type Scene = (instance: ScratchInstance) => Promise<() => Promise<boolean>>;

interface Found {
  kills: number;
  before: number;
  after: number;
}

async function killAtRandom(command: 'capture' | 'restore', scene: Scene): Promise<Found> {
  const random = generator(SEED);
  const found: Found = { kills: 0, before: 0, after: 0 };
  const end = performance.now() + TIME;
  const lane = async () => {
    using instance = scratchInstance(null, '');
    await scene(instance);
    const started = performance.now();
    await runCli([command], environmentOf(instance));
    // The moment that matters, when the command writes, is sought from both sides: a machine is not as quick each time.
    let mark = performance.now() - started;
    while (found.kills < KILLS && performance.now() < end) {
      found.kills += 1;
      const judge = await scene(instance);
      await kill(command, instance, mark * (0.85 + random() * 0.3));
      const done = await judge();
      mark *= done ? 0.96 : 1.04;
      if (done) found.after += 1;
      else found.before += 1;

      await run(command, instance);
      expect(await judge()).toBe(true);
      expect(readdirSync(instance.configDir).filter((name) => name.startsWith('.keykeeper-'))).toEqual([]);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  process.stderr.write(`${command} killed at random: ${JSON.stringify(found)}, KEYKEEPER_TEST_SEED=${SEED}\n`);
  return found;
}

/** The whole of a command in this process, which spares a start. */
async function run(command: 'capture' | 'restore', instance: ScratchInstance): Promise<void> {
  const capture = { asked: { scope: 'captures' } } as const;
  const keeper = instance.keeper(command === 'capture' ? 'ask' : 'gate');
  const result = await keeper.reconcile(AbortSignal.timeout(20_000), command === 'capture' ? capture : {});
  expect(result.reports.filter((each) => !each.done)).toEqual([]);
}

async function kill(command: string, instance: ScratchInstance, delay: number): Promise<void> {
  const child = startCli([command], environmentOf(instance));
  child.stdout.resume();
  child.stderr.resume();
  const ended = once(child, 'exit');
  await sleep(delay);
  child.kill('SIGKILL');
  await ended;
}

/** Mulberry32: a small generator that a printed seed repeats. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
