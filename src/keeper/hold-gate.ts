import { EXIT } from '../core/exit-code.ts';
import type { GateDecision } from '../core/gate.ts';
import type { Keeper, ReconcileOptions } from './keeper.ts';
import { pause } from './pause.ts';
import type { Reconciliation } from './reconcile.ts';

export interface Held {
  readonly result: Reconciliation;
  readonly decision: GateDecision;
}

/** Between two tries while the database does not answer, in ms. */
const RETRY = 1_000;

/**
 * Reconciles until the gate can be decided: what may pass by itself within the database wait (a database that starts,
 * rows that a rotation is moving) is tried again.
 *
 * @param onWait called before each new try with what is waited for and the milliseconds left
 */
export async function holdGate(
  keeper: Keeper,
  signal: AbortSignal,
  options: ReconcileOptions,
  monotonic: () => number,
  onWait: (what: string, left: number) => void,
): Promise<Held> {
  const deadline = monotonic() + keeper.settings.databaseWait;
  for (;;) {
    const result = await keeper.reconcile(signal, options);
    const decision = keeper.decide(result);
    const left = deadline - monotonic();
    const waiting = waitsFor(result, decision);
    if (waiting === null || left <= 0) return { result, decision };
    onWait(waiting, left);
    await pause(Math.min(RETRY, left), signal);
  }
}

/** What keeps the gate shut and may pass by itself; null where waiting helps nothing. */
export function waitsFor({ after, outcome }: Reconciliation, decision: GateDecision): string | null {
  if (decision.enforced === EXIT.databaseUnreachable && after.pass.observation.database.kind === 'unreachable') {
    return after.pass.observation.database.message;
  }
  return outcome.unsettled ? 'sealed values are changing: a key rotation may be on its way' : null;
}
