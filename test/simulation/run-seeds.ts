import { runHistory } from './history.ts';
import { simulatedSettings } from './model/keepers.ts';

/** What a process of histories is told. */
export interface SeedOrder {
  readonly from: number;
  readonly count: number;
  readonly steps: number;
  readonly plant?: 'no-directory-sync';
  /** Errors say where they come from, which takes its time. */
  readonly traces?: boolean;
  /** Ends at the first broken promise. */
  readonly first: boolean;
}

const { from, count, steps, plant, traces, first }: SeedOrder = JSON.parse(process.argv[2] ?? '');
// Thousands of errors a history, mostly of files that are not there.
Error.stackTraceLimit = traces === true ? 20 : 0;
// What a dead process throws where nobody waits for it dies with it.
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => {
    if (error instanceof Error && error.name === 'Killed') return;
    throw error;
  });
}
const settings = await simulatedSettings();
let histories = 0;
for (let seed = from; seed < from + count; seed += 1) {
  const result = await runHistory({
    seed,
    steps,
    settings,
    traces: traces === true,
    ...(plant === undefined ? {} : { plant }),
  });
  histories += 1;
  if (result.broken.length === 0) continue;
  process.stdout.write(`${JSON.stringify(result)}\n`);
  if (first) break;
}
const { user, system } = process.cpuUsage();
process.stdout.write(`${JSON.stringify({ histories, processor: (user + system) / 1000 })}\n`);
