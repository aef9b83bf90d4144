import { writeFileSync } from 'node:fs';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { type FuzzTarget, isRefusal } from './fuzz-target.ts';
import { damagedInputs } from './mutate.ts';

export interface RoundOrder {
  /** URL of the module that exports them as `FUZZ_TARGETS`. */
  readonly targets: string;
  readonly target: string;
  readonly seed: number;
  readonly inputs: number;
  /** The file in which each input lies while it is read. */
  readonly current: string;
}

export interface RoundDone {
  readonly inputs: number;
  /** The smallest input that was found, and the error; null where there is none. */
  readonly defect: string | null;
}

const order: RoundOrder = JSON.parse(process.argv[2] ?? '');
const { FUZZ_TARGETS }: { FUZZ_TARGETS: readonly FuzzTarget[] } = await import(order.targets);
const target = FUZZ_TARGETS.find(({ name }) => name === order.target);
if (target === undefined) throw new Error(`no target ${order.target}`);

const details = await fc.check(
  fc.asyncProperty(damagedInputs(target.seeds(), target.tokens), async (input) => {
    writeFileSync(order.current, input);
    try {
      await target.read(input);
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
  }),
  { seed: order.seed, numRuns: order.inputs },
);
const done: RoundDone = {
  inputs: details.numRuns,
  defect: details.failed ? `${fc.defaultReportMessage(details)}\n${inspect(details.errorInstance)}` : null,
};
process.send?.(done, () => process.disconnect());
