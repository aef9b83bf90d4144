import type { GateDecision } from '../core/gate.ts';
import { waitsFor } from './hold-gate.ts';
import type { Reconciliation } from './reconcile.ts';

/** The kubelet tells the API server of a container a moment after it started it, in ms. */
const STATUS_DELAY = 10_000;

/**
 * The gate of a `watch` in a pod, where the kubelet starts an ended container anew with a growing delay: a blocked gate
 * ends the process, for a termination message is what people see of a pod, but not before what may pass has had its time.
 * Where GLPI runs already, as after a restart of this container alone, there is nothing to gate and all to guard.
 */
export class PodGate {
  readonly #databaseWait: number;
  readonly #monotonic: () => number;
  readonly #started: number;

  /** @param databaseWait in ms, as the monotonic clock */
  constructor(databaseWait: number, monotonic: () => number) {
    this.#databaseWait = databaseWait;
    this.#monotonic = monotonic;
    this.#started = monotonic();
  }

  isOver({ after }: Reconciliation): boolean {
    return after.pass.observation.glpiRunning === true;
  }

  /** Whether a blocked gate is to end the process now. */
  endsWith(result: Reconciliation, decision: GateDecision): boolean {
    const waited = this.#monotonic() - this.#started;
    if (waitsFor(result, decision) !== null) return waited >= this.#databaseWait;
    // Not known yet, where a platform is asked; were GLPI running, the guard would end with this process.
    if (result.after.pass.observation.glpiRunning === null) return waited >= STATUS_DELAY;
    return true;
  }
}
