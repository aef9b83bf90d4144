import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { type CliEnvironment, environmentOf, runCli, startCli } from '../../integration/cli/run-cli.ts';
import type { ScratchInstance } from '../../integration/keeper/scratch-instance.ts';

/** In ms: on a slow machine fewer kills, but so many that some came before and some after the moment of writing. */
const TIME = 15_000;
const LEAST = 6;
const KILLS = 100;

/** Kills, and how many of them came before and after the rows were written. */
export interface Found {
  kills: number;
  before: number;
  after: number;
}

/** Sets the scene of one kill, and gives the judge of what was left: whether the command's work was done already. */
export type Setting = () => Promise<() => Promise<boolean>>;

/**
 * Runs a command that changes rows and kills it, again and again, around the moment of writing; then runs it twice more:
 * the first of these must bring the work to its end, the second find nothing to do.
 */
export async function killAtRandom(
  instance: ScratchInstance,
  args: readonly string[],
  more: CliEnvironment,
  set: Setting,
): Promise<Found> {
  const environment = environmentOf(instance, more);
  const found: Found = { kills: 0, before: 0, after: 0 };
  const end = performance.now() + TIME;
  await set();
  const started = performance.now();
  await runCli(args, environment);
  // The moment that matters, when the row is written, is sought from both sides.
  let mark = (performance.now() - started) * 0.9;
  const isEnough = () => found.kills >= LEAST && Math.min(found.before, found.after) > 0 && performance.now() >= end;
  while (found.kills < KILLS && !isEnough()) {
    found.kills += 1;
    const judge = await set();
    await kill(args, environment, mark * (0.9 + Math.random() * 0.2));
    const done = await judge();
    mark *= done ? 0.95 : 1.05;
    if (done) found.after += 1;
    else found.before += 1;

    const next = await runCli([...args, '--json'], environment);
    const settled = await runCli([...args, '--json'], environment);
    expect([next.exitCode, await judge()], next.stdout + next.stderr).toEqual([0, true]);
    expect(settled.document.actions).toEqual([]);
    expect((await (await instance.openVault()).list()).damaged).toEqual([]);
  }
  process.stderr.write(`${args.join(' ')} killed at random: ${JSON.stringify(found)}\n`);
  return found;
}

async function kill(args: readonly string[], environment: CliEnvironment, delay: number): Promise<void> {
  const child = startCli(args, environment);
  child.stdout.resume();
  child.stderr.resume();
  const ended = once(child, 'exit');
  await sleep(delay);
  child.kill('SIGKILL');
  await ended;
}
