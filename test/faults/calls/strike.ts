import { type Fault, injectionOf } from './fault.ts';
import { halfFull, shortWrite } from './short-write.ts';
import { isMeant, isSameKind, placeOf, type TracedCall } from './trace/traced-call.ts';
import { type TracedCommand, type TracedRun, tracedRun } from './trace/traced-run.ts';

/** One row of the table: one fault at one call. */
export interface Cell {
  readonly operation: string;
  readonly call: TracedCall;
  /** The call's place among all of the operation, from 1. */
  readonly number: number;
  readonly fault: Fault;
}

export interface Unmet {
  readonly unmet: string;
}

/** Of runs until the fault is where it is meant to be. */
const ATTEMPTS = 12;

/**
 * Runs the command with the cell's fault, anew until the fault struck the call that the cell names: now and then Node makes
 * a call of its own in between, and all that follow stand one place further.
 *
 * @param reset makes the scene as it was; called before each run
 * @param reference the calls of an undisturbed run
 * @returns `near` where it struck another call of the same name on the same thing, after several tries; `unmet` where no run came by the call: those of a database take their time, and differ by it
 * @throws Error where a run does not end
 */
export async function strike(
  cell: Cell,
  command: TracedCommand,
  reference: readonly TracedCall[],
  reset: () => Promise<void>,
): Promise<(TracedRun & { readonly near?: boolean }) | Unmet> {
  const { call } = cell;
  const place = placeOf(call);
  // The cell may come from another lane, in whose run Node looked once more or less at something of its own.
  const first = reference.find((each) => placeOf(each) === place)?.ordinal ?? call.ordinal;
  let when = first;
  const met: string[] = [];
  let stuck = 0;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    await reset();
    const quick = attempt < ATTEMPTS / 2 && canBeQuick(cell);
    const run = await runOnce(cell, { ...command, quick }, reference, when);
    if (run.stuck) stuck += 1;
    // Once, it may have missed the signal that it waited for.
    if (stuck > 1) throw new Error('the struck run does not end');
    if (run.stuck) continue;
    const struck = run.calls.find((each) => each.struck);
    // Where all threads are followed it is injected in each that comes as far.
    if (quick && run.injected > 1) continue;
    if (struck !== undefined && isMeant(struck, call)) return run;
    const isNear = struck !== undefined && isSameKind(struck, call);
    if (isNear && attempt >= ATTEMPTS / 2) return { ...run, near: true };
    met.push(struck === undefined ? 'none' : placeOf(struck));
    // As usual and as it was this time, in turns.
    when = attempt % 2 === 0 ? betterOrdinal({ call, first, when, reference, run, struck }) : first;
  }
  return { unmet: `the fault did not strike ${place}, but ${met.join(', ')}` };
}

/** What takes a signal cannot. */
function canBeQuick({ fault }: Cell): boolean {
  return fault !== 'kill' && fault !== 'half-full';
}

async function runOnce(
  { call, fault }: Cell,
  command: TracedCommand,
  reference: readonly TracedCall[],
  when: number,
): Promise<TracedRun> {
  switch (fault) {
    case 'short':
      return await shortWrite(command, call, reference);
    case 'half-full':
      return await halfFull(command, call, reference);
    default:
      return await tracedRun({ ...command, allThreads: call.aside }, [injectionOf(fault, call, when)]);
  }
}

/**
 * As far behind the one that was struck as in the undisturbed run, for what comes behind a fault is no measure. Where it was
 * one of Node's own: one further.
 */
function betterOrdinal(found: {
  readonly call: TracedCall;
  readonly first: number;
  readonly when: number;
  readonly reference: readonly TracedCall[];
  readonly run: TracedRun;
  readonly struck: TracedCall | undefined;
}): number {
  const { call, first, when, reference, run, struck } = found;
  if (struck === undefined && run.injected > 0) return when + 1;
  const usual = struck && reference.find((each) => placeOf(each) === placeOf(struck));
  if (usual !== undefined) return when + first - usual.ordinal;
  return run.calls.find((each) => placeOf(each) === placeOf(call))?.ordinal ?? first;
}
