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
  let when = call.ordinal;
  const met: string[] = [];
  let stuck = 0;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    await reset();
    const run = await runOnce(cell, command, reference, when);
    if (run.stuck) stuck += 1;
    // Once, it may have missed the signal that it waited for.
    if (stuck > 1) throw new Error('the struck run does not end');
    if (run.stuck) continue;
    const struck = run.calls.find((each) => each.struck);
    if (struck !== undefined && isMeant(struck, call)) return run;
    const isNear = struck !== undefined && isSameKind(struck, call);
    if (isNear && attempt >= ATTEMPTS / 2) return { ...run, near: true };
    met.push(struck === undefined ? 'none' : placeOf(struck));
    // As usual and as it was this time, in turns.
    when = attempt % 2 === 0 ? betterOrdinal({ call, when, reference, run, struck }) : call.ordinal;
  }
  return { unmet: `the fault did not strike ${place}, but ${met.join(', ')}` };
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

/** Where the call stood in this run, or as far from the one that was struck as in the undisturbed run. */
function betterOrdinal(found: {
  readonly call: TracedCall;
  readonly when: number;
  readonly reference: readonly TracedCall[];
  readonly run: TracedRun;
  readonly struck: TracedCall | undefined;
}): number {
  const { call, when, reference, run, struck } = found;
  const there = run.calls.find((each) => placeOf(each) === placeOf(call));
  if (there !== undefined) return there.ordinal;
  const usual = struck && reference.find((each) => placeOf(each) === placeOf(struck));
  return usual === undefined ? call.ordinal : when + call.ordinal - usual.ordinal;
}
