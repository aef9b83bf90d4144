import type { Settings } from '../config/settings.ts';

/**
 * A pass may take this long, in ms, beside the waits that settings allow: each question to the outside has a limit of its
 * own, and a pass asks several.
 */
const LONGEST_PASS = 15 * 60_000;
/** A loop that waits may begin its next pass this much later than its timer says, in ms. */
const LATENESS = 60_000;

/** Whether a loop goes on. How its passes end does not matter: that a database is down is no reason to end the process. */
export class LoopPulse {
  readonly #settings: Pick<Settings, 'interval' | 'databaseWait' | 'settle'>;
  readonly #monotonic: () => number;
  #since: number;
  #passing = false;

  /** @param monotonic in ms */
  constructor(settings: Pick<Settings, 'interval' | 'databaseWait' | 'settle'>, monotonic: () => number) {
    this.#settings = settings;
    this.#monotonic = monotonic;
    this.#since = monotonic();
  }

  passBegins(): void {
    this.#passing = true;
    this.#since = this.#monotonic();
  }

  passEnds(): void {
    this.#passing = false;
    this.#since = this.#monotonic();
  }

  /** How long it has stood still, in ms; null while that is no longer than it may. */
  stalledFor(): number | null {
    const { interval, databaseWait, settle } = this.#settings;
    const most = this.#passing ? LONGEST_PASS + databaseWait + 2 * settle : interval + LATENESS;
    const age = this.#monotonic() - this.#since;
    return age > most ? age : null;
  }
}
