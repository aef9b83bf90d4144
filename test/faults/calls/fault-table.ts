import { type Fault, faultsOf } from './fault.ts';
import { type Lane, openLane } from './lane.ts';
import type { Operation } from './operation.ts';
import { type Played, playCell } from './play-cell.ts';
import type { Cell } from './strike.ts';
import type { TracedCall } from './trace/traced-call.ts';

/** What of an operation's cells is played: all at calls that change something, and of the others every so many. */
export interface Extent {
  /** 1: all. */
  readonly every: number;
  /** Which of so many; another one in each run of the tests. */
  readonly offset: number;
  /** Whether the calls that change something are thinned out too. */
  readonly thinChanges: boolean;
  /** The calls before this one, from 1, are left out. Defaults to none. */
  readonly from?: number;
}

export interface OperationTable {
  readonly operation: string;
  /** All cells that there are. */
  readonly cells: readonly Cell[];
  readonly played: readonly Played[];
}

/** Every call of an undisturbed run with every fault, in their order. */
export function cellsOf(operation: string, calls: readonly TracedCall[]): Cell[] {
  return calls.flatMap((call, index) =>
    faultsOf(call).map((fault: Fault) => ({ operation, call, number: index + 1, fault })),
  );
}

export function isPlayed(
  { call, number }: Cell,
  index: number,
  { every, offset, thinChanges, from = 1 }: Extent,
): boolean {
  if (number < from) return false;
  return (call.changes && !thinChanges) || index % every === offset % every;
}

/**
 * Plays an operation's cells in several lanes.
 *
 * @param folder absolute, empty; what is made there is left for whoever made it to remove
 * @param onPlayed is told of each cell as it is played, and how many there will be
 */
export async function playOperation(
  operation: Operation,
  place: { readonly folder: string; readonly main: string; readonly lanes: number },
  extent: Extent,
  onPlayed: (played: Played, count: number) => void = () => undefined,
): Promise<OperationTable> {
  await using open = new AsyncDisposableStack();
  const lanes: Lane[] = [];
  for (let number = 1; number <= place.lanes; number += 1) {
    lanes.push(open.use(await openLane(operation, `${place.folder}/${operation.name}-${number}`, place.main)));
  }
  const [first] = lanes;
  if (first === undefined) throw new Error('there is no lane');
  const cells = cellsOf(operation.name, first.usual.calls);
  const chosen = cells.filter((cell, index) => isPlayed(cell, index, extent));
  const queue = [...chosen];
  const played: Played[] = [];
  const work = async (lane: Lane) => {
    for (let cell = queue.shift(); cell !== undefined; cell = queue.shift()) {
      const result = await playOrFail(cell, lane);
      played.push(result);
      onPlayed(result, chosen.length);
    }
  };
  await Promise.all(lanes.map(work));
  return { operation: operation.name, cells, played };
}

/** A fault that could not be struck, or a run that never ended, is a failure of its cell. */
async function playOrFail(cell: Cell, lane: Lane): Promise<Played> {
  try {
    return await playCell(cell, lane);
  } catch (error) {
    const wrong = [error instanceof Error ? error.message : String(error)];
    return { cell, outcome: 'refused', exitCode: null, near: false, wrong };
  }
}
