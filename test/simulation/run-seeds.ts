import { addDigest, NO_DIGEST } from './digest.ts';
import { type HistoryResult, runHistory } from './history.ts';
import { simulatedSettings } from './model/keepers.ts';
import { type Step, scriptOf } from './script.ts';

/** What a process of histories is told. */
export interface SeedOrder {
  readonly from: number;
  readonly count: number;
  readonly steps: number;
  readonly plant?: 'no-directory-sync' | undefined;
  /** What happens; else what the seeds say. */
  readonly script?: readonly Step[];
  /** A history that breaks a promise is made smaller, and its log tells more. */
  readonly shrinks?: boolean;
  /** Ends at the first broken promise. */
  readonly first: boolean;
}

const order: SeedOrder = JSON.parse(process.argv[2] ?? '');
const STACK = 20;
// Thousands of errors a history, mostly of files that are not there.
Error.stackTraceLimit = 0;
// What a dead process throws where nobody waits for it dies with it.
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => {
    if (error instanceof Error && error.name === 'Killed') return;
    throw error;
  });
}
const settings = await simulatedSettings();

let histories = 0;
let digest = NO_DIGEST;
for (let seed = order.from; seed < order.from + order.count; seed += 1) {
  const result = await run(seed, order.script ?? scriptOf(seed, order.steps));
  histories += 1;
  digest = addDigest(digest, result.digest);
  if (result.broken.length === 0) continue;
  process.stdout.write(`${JSON.stringify(order.shrinks === true ? await shrink(result) : result)}\n`);
  if (order.first) break;
}
const { user, system } = process.cpuUsage();
process.stdout.write(`${JSON.stringify({ histories, processor: (user + system) / 1000, digest })}\n`);

function run(seed: number, script: readonly Step[], traces = false): Promise<HistoryResult> {
  return runHistory({ seed, script, settings, traces, plant: order.plant });
}

/** Leaves out every event without which the same promise is broken still, and says what was done in what is left. */
async function shrink({ seed, script, broken }: HistoryResult): Promise<HistoryResult> {
  const promise = broken[0]?.promise;
  let smallest = [...script];
  for (let at = smallest.length - 1; at >= 0; at -= 1) {
    const without = smallest.toSpliced(at, 1);
    const { broken: still } = await run(seed, without);
    if (still[0]?.promise === promise) smallest = without;
  }
  Error.stackTraceLimit = STACK;
  try {
    return await run(seed, smallest, true);
  } finally {
    Error.stackTraceLimit = 0;
  }
}
