import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';

const OPTIMIZER = pathToFileURL(resolve(import.meta.dirname, '../../../src/keeper/optimizer.ts')).href;

/** Prints whether a function that runs a million times is optimized: kOptimized of V8's OptimizationStatus is 16. */
const SCRIPT = `
import { setImmediate } from 'node:timers/promises';
import { restOptimizer, wakeOptimizer } from ${JSON.stringify(OPTIMIZER)};
async function isOptimized() {
  const add = new Function('one', 'other', 'return one + other');
  for (let round = 0; round < 100; round += 1) {
    for (let time = 0; time < 1e4; time += 1) add(time, round);
    await setImmediate();
  }
  return (%GetOptimizationStatus(add) & 16) !== 0;
}
const before = await isOptimized();
restOptimizer();
const resting = await isOptimized();
wakeOptimizer();
console.log(JSON.stringify([before, resting, await isOptimized()]));`;

it('keeps V8 from optimizing until it is woken', () => {
  const flags = ['--allow-natives-syntax', '--no-concurrent-recompilation', '--input-type=module', '--eval', SCRIPT];
  const { stdout } = spawnSync(process.execPath, flags, { encoding: 'utf8' });

  expect(JSON.parse(stdout)).toEqual([true, false, true]);
});
