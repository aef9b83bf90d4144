import { pause } from './pause.ts';

/** How long whoever has something more urgent to do waits for a vault to take its notes, in ms. */
const PATIENCE = 250;

/**
 * Writes down what happened, without being held up by a vault that hangs: what takes longer is left to end by itself. Until
 * then nothing more is noted, so that nothing piles up; the next pass tells the vault what it finds.
 */
export class PatientNotes {
  #late = false;

  /** @throws what `write` does, where it does not take long */
  async write(write: () => Promise<void>): Promise<void> {
    if (this.#late) return;
    using waiting = new Patience();
    const written = write().finally(() => {
      this.#late = false;
    });
    this.#late = true;
    // Of what fails later the next pass tells: it writes to the same vault.
    written.catch(() => undefined);
    await Promise.race([written, waiting.over]);
  }
}

/** A wait that ends with its block. */
class Patience implements Disposable {
  readonly #controller = new AbortController();
  readonly over: Promise<void>;

  constructor() {
    this.over = pause(PATIENCE, this.#controller.signal).catch(() => undefined);
  }

  [Symbol.dispose](): void {
    this.#controller.abort();
  }
}
