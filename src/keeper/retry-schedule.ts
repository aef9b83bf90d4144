/** First wait before asking again about what may pass by itself (a silent database, rows in motion), in ms; doubles up to the interval. */
export const RETRY_FIRST = 5_000;

/** How long a watch waits between passes that nobody asks for. */
export class RetrySchedule {
  readonly #interval: number;
  #inTrouble = 0;

  /** @param interval in ms: between passes where all is well, and the longest wait where it is not */
  constructor(interval: number) {
    this.#interval = interval;
  }

  /** @param mayPass whether the pass that ended found something that may pass by itself */
  passEnded(mayPass: boolean): void {
    this.#inTrouble = mayPass ? this.#inTrouble + 1 : 0;
  }

  /** In ms. */
  get wait(): number {
    if (this.#inTrouble === 0) return this.#interval;
    return Math.min(this.#interval, RETRY_FIRST * 2 ** (this.#inTrouble - 1));
  }
}
