import { installHooks, type SourceChange } from './machine/hooks.ts';

/** What a process of histories is told. */
export interface SeedOrder {
  readonly from: number;
  readonly count: number;
  readonly steps: number;
  readonly changes: readonly SourceChange[];
  readonly plant?: 'no-directory-sync';
  /** Ends at the first broken promise. */
  readonly first: boolean;
}

const order: SeedOrder = JSON.parse(process.argv[2] ?? '');
installHooks(order.changes);
// Thousands of system errors a history, of which nobody looks at the stack.
Error.stackTraceLimit = 4;
// What a dead process throws where nobody waits for it dies with it.
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => {
    if (error instanceof Error && error.name === 'Killed') return;
    throw error;
  });
}
const { runHistory } = await import('./history.ts');
let histories = 0;
for (let seed = order.from; seed < order.from + order.count; seed += 1) {
  const options = { seed, steps: order.steps, ...(order.plant === undefined ? {} : { plant: order.plant }) };
  const result = await runHistory(options);
  histories += 1;
  if (result.broken.length === 0) continue;
  process.stdout.write(`${JSON.stringify(result)}\n`);
  if (order.first) break;
}
process.stdout.write(`${JSON.stringify({ histories })}\n`);
