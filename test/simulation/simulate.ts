import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { addDigest, NO_DIGEST } from './digest.ts';
import { describeBroken, Explorer } from './explore.ts';
import { bundleWorker } from './machine/bundle.ts';

/** Histories that a process runs at once, so that what is found is told soon. */
const BATCH = 500;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    count: { type: 'string' },
    steps: { type: 'string', default: '20' },
    processes: { type: 'string', default: String(availableParallelism()) },
    seed: { type: 'string' },
    from: { type: 'string' },
  },
});
const steps = Number(values.steps);
/** So many histories; null: as many as there is time for. */
const count = values.seed !== undefined ? 1 : values.count === undefined ? null : Number(values.count);
const until = Date.now() + Number(values.minutes) * 60_000;
const first = Number(values.seed ?? values.from ?? Date.now() % 2_000_000_000);
const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());

using bundle = await bundleWorker([]);
let next = first;
/** The seed after the last of those that were all run. */
let done = first;
/** Those after it that were run, by the first seed of a batch. */
const finished = new Map<number, number>();
let histories = 0;
let processor = 0;
let failures = 0;
let digest = NO_DIGEST;

async function work(): Promise<void> {
  await using explorer = new Explorer(bundle);
  while (isGoingOn()) {
    const from = next;
    const most = count === null ? BATCH : Math.min(BATCH, first + count - from);
    next += most;
    const explored = await explorer.explore({ from, count: most, steps, first: false, shrinks: true });
    histories += explored.histories;
    processor += explored.processor;
    digest = addDigest(digest, explored.digest);
    finished.set(from, most);
    for (let run = finished.get(done); run !== undefined; run = finished.get(done)) {
      finished.delete(done);
      done += run;
    }
    for (const result of explored.broken) {
      failures += 1;
      process.stdout.write(`${describeBroken(result)}\n`);
    }
    process.stderr.write(`${summary()}\n`);
  }
}

function isGoingOn(): boolean {
  if (stopping.signal.aborted) return false;
  return count === null ? next === first || Date.now() < until : next < first + count;
}

function summary(): string {
  const each = histories === 0 ? 0 : processor / histories;
  return `seeds ${first} to ${done - 1}: ${histories} histories of ${steps} events, ${failures} broken promises, ${each.toFixed(1)} ms of processor time each`;
}

await Promise.all(Array.from({ length: Number(values.processes) }, work));
process.stdout.write(`${summary()}\ndigest of the histories: ${digest}\n`);
process.exitCode = failures === 0 ? 0 : 1;
