import { type BigIntStats, closeSync, fstatSync, openSync } from 'node:fs';

/** open(2)'s `O_PATH`, which node:fs does not name: the number is the same on every Linux that Node.js runs on. */
export const O_PATH = 0o10000000;

/** An open file descriptor that is closed where it goes out of scope (`using`). */
export class Descriptor implements Disposable {
  readonly number: number;
  #open = true;

  /** Opens `path`; `creationMode` counts with `O_CREAT` only. Throws the system error. `O_CLOEXEC` is Node's default. */
  constructor(path: string, flags: number, creationMode?: number) {
    this.number = openSync(path, flags, creationMode);
  }

  /** Type, owner, times and the rest, for a holder that is being made: where that fails, the descriptor is closed. */
  stats(): BigIntStats {
    try {
      return fstatSync(this.number, { bigint: true });
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  [Symbol.dispose](): void {
    // Closing twice could hit a number that somebody else got meanwhile.
    if (!this.#open) return;
    this.#open = false;
    try {
      closeSync(this.number);
    } catch {
      // Nothing rests on close(2): what must last was synced before, and Linux releases the number even on an error.
    }
  }
}
