import fc from 'fast-check';
import { damagedInputs } from './mutate.ts';
import { FUZZ_TARGETS, isRefusal } from './targets.ts';

export interface RoundOrder {
  readonly target: string;
  readonly seed: number;
  readonly inputs: number;
}

export interface RoundDone {
  readonly inputs: number;
  /** The smallest input that was found, and the error; null where there is none. */
  readonly defect: string | null;
}

const order: RoundOrder = JSON.parse(process.argv[2] ?? '');
const target = FUZZ_TARGETS.find(({ name }) => name === order.target);
if (target === undefined) throw new Error(`no target ${order.target}`);

const details = await fc.check(
  fc.asyncProperty(damagedInputs(target.seeds(), target.tokens), async (input) => {
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
  defect: details.failed ? (fc.defaultReportMessage(details) ?? '') : null,
};
process.send?.(done, () => process.disconnect());
