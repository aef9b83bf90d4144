import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { addDigest, NO_DIGEST } from './digest.ts';
import { describeBroken, explore } from './explore.ts';
import { bundleWorker } from './machine/bundle.ts';

/** Histories that one process runs, so that what is found is told soon. */
const BATCH = 500;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    steps: { type: 'string', default: '20' },
    processes: { type: 'string', default: String(availableParallelism()) },
    seed: { type: 'string' },
    from: { type: 'string' },
  },
});
const steps = Number(values.steps);
const until = Date.now() + Number(values.minutes) * 60_000;
const first = Number(values.seed ?? values.from ?? Date.now() % 2_000_000_000);
const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());

using bundle = await bundleWorker([]);
let next = first;
/** The seed after the last of those that were all run. */
let done = first;
const finished = new Set<number>();
let histories = 0;
let processor = 0;
let failures = 0;
let digest = NO_DIGEST;

async function work(): Promise<void> {
  do {
    const from = next;
    const count = values.seed === undefined ? BATCH : 1;
    next += count;
    const explored = await explore(bundle, { from, count, steps, first: false, shrinks: true });
    histories += explored.histories;
    processor += explored.processor;
    digest = addDigest(digest, explored.digest);
    finished.add(from);
    while (finished.delete(done)) done += count;
    for (const result of explored.broken) {
      failures += 1;
      process.stdout.write(`${describeBroken(result)}\n`);
    }
    process.stderr.write(`${summary()}\n`);
  } while (values.seed === undefined && Date.now() < until && !stopping.signal.aborted);
}

function summary(): string {
  const each = histories === 0 ? 0 : processor / histories;
  return `seeds ${first} to ${done - 1}: ${histories} histories of ${steps} events, ${failures} broken promises, ${each.toFixed(1)} ms of processor time each`;
}

await Promise.all(Array.from({ length: values.seed === undefined ? Number(values.processes) : 1 }, work));
process.stdout.write(`${summary()}\ndigest of the histories: ${digest}\n`);
process.exitCode = failures === 0 ? 0 : 1;
