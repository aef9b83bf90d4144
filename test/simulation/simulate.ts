import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { describeBroken, explore, shrink } from './explore.ts';

/** Histories that one process runs, so that what is found is told soon. */
const BATCH = 200;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    steps: { type: 'string', default: '20' },
    seed: { type: 'string' },
  },
});
const steps = Number(values.steps);
const order = { steps, changes: [], first: false } as const;
const single = values.seed === undefined ? null : Number(values.seed);
const until = Date.now() + Number(values.minutes) * 60_000;
let next = single ?? Date.now() % 2_000_000_000;
let histories = 0;
let failures = 0;

async function work(): Promise<void> {
  do {
    const from = next;
    next += BATCH;
    const explored = await explore({ ...order, from, count: single === null ? BATCH : 1 });
    histories += explored.histories;
    for (const result of explored.broken) {
      failures += 1;
      process.stdout.write(`${describeBroken(await shrink(result, { ...order, from, count: 1 }))}\n`);
    }
    process.stderr.write(
      `seeds up to ${from + explored.histories - 1}: ${histories} histories, ${failures} broken promises\n`,
    );
  } while (single === null && Date.now() < until);
}

await Promise.all(Array.from({ length: single === null ? availableParallelism() : 1 }, work));
process.stdout.write(`${histories} histories, ${failures} broken promises\n`);
process.exitCode = failures === 0 ? 0 : 1;
