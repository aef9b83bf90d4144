import { createInterface } from 'node:readline';
import { addDigest, NO_DIGEST } from './digest.ts';
import { type HistoryResult, runHistory } from './history.ts';
import { becomeRoot } from './machine/identity.ts';
import { simulatedSettings } from './model/keepers.ts';
import { type Step, scriptOf } from './script.ts';

/**
 * What a process of histories is told, as a line of its standard input; it answers with a line for each history that broke
 * a promise, then with {@link RunSeeds}.
 */
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

/** What came of an order. */
export interface RunSeeds {
  readonly histories: number;
  /** Processor time of the histories, in ms. */
  readonly processor: number;
  /** Of all of them, whatever their order. */
  readonly digest: string;
}

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
// A terminal interrupts all of its processes; who gave the order waits for the answer.
process.on('SIGINT', () => {});
becomeRoot();
const settings = await simulatedSettings();

/** Processor time that was told before, in ms; the start of the process goes with the first order. */
let counted = 0;
for await (const line of createInterface({ input: process.stdin })) await obey(JSON.parse(line) as SeedOrder);

async function obey(order: SeedOrder): Promise<void> {
  let histories = 0;
  let digest = NO_DIGEST;
  for (let seed = order.from; seed < order.from + order.count; seed += 1) {
    const result = await run(order, seed, order.script ?? scriptOf(seed, order.steps));
    histories += 1;
    digest = addDigest(digest, result.digest);
    if (result.broken.length === 0) continue;
    tell(order.shrinks === true ? await shrink(order, result) : result);
    if (order.first) break;
  }
  const { user, system } = process.cpuUsage();
  tell({ histories, processor: (user + system) / 1000 - counted, digest });
  counted = (user + system) / 1000;
}

function tell(result: HistoryResult | RunSeeds): void {
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

function run({ plant }: SeedOrder, seed: number, script: readonly Step[], traces = false): Promise<HistoryResult> {
  return runHistory({ seed, script, settings, traces, plant });
}

/** Leaves out every event without which the same promise is broken still, and says what was done in what is left. */
async function shrink(order: SeedOrder, { seed, script, broken }: HistoryResult): Promise<HistoryResult> {
  const promise = broken[0]?.promise;
  let smallest = [...script];
  for (let at = smallest.length - 1; at >= 0; at -= 1) {
    const without = smallest.toSpliced(at, 1);
    const { broken: still } = await run(order, seed, without);
    if (still[0]?.promise === promise) smallest = without;
  }
  Error.stackTraceLimit = STACK;
  try {
    return await run(order, seed, smallest, true);
  } finally {
    Error.stackTraceLimit = 0;
  }
}
