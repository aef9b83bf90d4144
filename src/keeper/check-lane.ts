import type { Settings } from '../config/settings.ts';
import { Failure } from '../core/failure.ts';
import { subjectOf } from './check-subject.ts';
import { pause } from './pause.ts';
import type { Reconciliation } from './reconcile.ts';
import type { RegistrationCheck } from './registration-check.ts';

/** Looked at again after this at the latest, in ms: the clock may have been set meanwhile. */
const LONGEST_SLEEP = 3_600_000;
/** After a vault that cannot be used, which every pass tells by itself; and after an error that nobody foresaw. In ms. */
const AFTER_VAULT = 60_000;
const AFTER_ERROR = 900_000;

/** Runs the check of the registration key beside the reconciles, woken by each. */
export class CheckLane {
  readonly #check: RegistrationCheck;
  readonly #settings: Settings;
  readonly #onError: (error: unknown) => void;
  #sleep = new AbortController();

  constructor(check: RegistrationCheck, settings: Settings, onError: (error: unknown) => void) {
    this.#check = check;
    this.#settings = settings;
    this.#onError = onError;
  }

  /** Takes what a pass found. */
  see(result: Reconciliation): void {
    const { records } = result.after.pass.observation;
    this.#check.take(subjectOf(result, this.#settings), records.receipts);
    this.#sleep.abort();
  }

  /** Runs until the signal is aborted; nothing that goes wrong ends it. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#sleep = new AbortController();
      const rest = await this.#step(signal);
      const until = AbortSignal.any([signal, this.#sleep.signal]);
      if (rest > 0) await pause(Math.min(rest, LONGEST_SLEEP), until).catch(() => undefined);
    }
  }

  async #step(signal: AbortSignal): Promise<number> {
    try {
      return await this.#check.step(signal);
    } catch (error) {
      if (signal.aborted) return 0;
      if (error instanceof Failure && error.code.startsWith('vault-')) return AFTER_VAULT;
      this.#onError(error);
      return AFTER_ERROR;
    }
  }
}
