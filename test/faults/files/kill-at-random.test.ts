import { fork } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { leftovers } from '../../../src/files/leftovers.ts';
import { TemporaryDirectory } from '../../unit/files/temporary-directory.ts';

const SEED = Number(process.env.KEYKEEPER_TEST_SEED ?? Date.now() % 2 ** 31);
const KILLS = 300;
/** In ms: on a slow machine fewer kills, never a longer test. */
const TIME = 40_000;
const SIZE = 20_000;

it(`leaves a file absent, old or new, never half, however a writer is killed (KEYKEEPER_TEST_SEED=${SEED})`, async () => {
  // In memory the moments spread over all system calls; on disk nearly all of them lie in an fsync.
  using disk = new TemporaryDirectory();
  using memory = new TemporaryDirectory(existsSync('/dev/shm') ? '/dev/shm' : undefined);
  const random = generator(SEED);
  const end = performance.now() + TIME;
  const found = { kills: 0, absent: 0, whole: 0, temporaries: 0 };

  await Promise.all(
    [disk.at('lane'), memory.at('first-lane'), memory.at('second-lane')].map(async (place) => {
      mkdirSync(place);
      while (found.kills < KILLS && performance.now() < end) {
        found.kills++;
        await writeUntilKilled(join(place, 'glpicrypt.key'), disk.at('cache'), random() * 10);
        judge(place, found);
      }
    }),
  );

  process.stderr.write(`killed at random: ${JSON.stringify(found)}, KEYKEEPER_TEST_SEED=${SEED}\n`);
  expect(found.kills).toBeGreaterThan(30);
  // Moments before, in the middle of and after a write were all met, or the test shows nothing.
  expect(Math.min(found.absent, found.whole, found.temporaries)).toBeGreaterThan(0);
});

function judge(place: TemporaryDirectory['path'], found: { absent: number; whole: number; temporaries: number }): void {
  const path = join(place, 'glpicrypt.key');
  if (existsSync(path)) {
    const content = readFileSync(path, 'utf8');
    expect(content.length).toBe(SIZE);
    expect(['a', 'b', 'c', 'd'].map((letter) => letter.repeat(SIZE))).toContain(content);
    expect(statSync(path).mode & 0o7777).toBe(0o640);
    found.whole++;
  } else found.absent++;

  found.temporaries += leftovers(place).length;
  expect(readdirSync(place).filter((name) => name !== 'glpicrypt.key')).toEqual([]);
  if (existsSync(path)) expect(statSync(path).nlink).toBe(1);
  rmSync(path, { force: true });
}

async function writeUntilKilled(path: string, cache: string, delay: number): Promise<void> {
  const child = fork(join(import.meta.dirname, 'write-loop.ts'), [path], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    // The sources are compiled once, not three hundred times.
    env: { ...process.env, NODE_COMPILE_CACHE: cache },
  });
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
  await new Promise((resolve) => child.once('message', resolve));
  await sleep(delay);
  child.kill('SIGKILL');
  expect(await ended).toBe('SIGKILL');
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
