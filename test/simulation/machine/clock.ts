import type { SimulatedProcess } from './process.ts';
import { currentProcess } from './process.ts';

interface Timer {
  due: number;
  readonly order: number;
  readonly process: SimulatedProcess | null;
  readonly fire: () => void;
  cancelled: boolean;
}

const realImmediate = globalThis.setImmediate;
const RealDate = globalThis.Date;
const EPOCH = RealDate.UTC(2026, 0, 1);

/** Time of the simulated machine, in ms since it was started; it moves only when everybody waits. */
export class VirtualClock {
  now = 0;
  /** What the wall clock is ahead of its right time, in ms. */
  skew = 0;
  #timers: Timer[] = [];
  /** Timers that were ever set. */
  timers = 0;

  get wallTime(): number {
    return EPOCH + Math.floor(this.now) + this.skew;
  }

  wait(duration: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(abortError(signal));
      const abort = () => {
        timer.cancelled = true;
        if (signal !== undefined) reject(abortError(signal));
      };
      const timer = this.#add(Math.max(duration, 0), currentProcess(), () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      });
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  /** Runs `action` once, later, as the world itself. */
  later(duration: number, action: () => void): void {
    this.#add(duration, null, action);
  }

  /**
   * Lets everybody run who can, then moves on to the next timer, until `done` or until there is none within `limit` ms.
   * The timers of dead processes never fire.
   */
  async runUntil(done: () => boolean, limit: number): Promise<void> {
    const end = this.now + limit;
    for (;;) {
      await settle();
      if (done()) return;
      const next = this.#take();
      if (next === null || next.due > end) {
        if (next !== null) this.#timers.push(next);
        this.now = Math.max(this.now, end);
        return;
      }
      this.now = Math.max(this.now, next.due);
      next.fire();
    }
  }

  #add(duration: number, process: SimulatedProcess | null, fire: () => void): Timer {
    this.timers += 1;
    const timer: Timer = { due: this.now + duration, order: this.timers, process, fire, cancelled: false };
    this.#timers.push(timer);
    return timer;
  }

  /** The next timer of somebody who lives. What a frozen process waited for comes when it thaws. */
  #take(): Timer | null {
    this.#timers = this.#timers.filter((each) => !each.cancelled && each.process?.dead !== true);
    let first: Timer | null = null;
    let firstDue = 0;
    for (const each of this.#timers) {
      const due = Math.max(each.due, each.process?.stalledUntil ?? 0);
      if (first === null || due < firstDue || (due === firstDue && each.order < first.order)) {
        first = each;
        firstDue = due;
      }
    }
    if (first === null) return null;
    first.due = firstDue;
    this.#timers.splice(this.#timers.indexOf(first), 1);
    return first;
  }
}

/** Until every promise that can be resolved has run: one turn of the real event loop comes after all microtasks. */
async function settle(): Promise<void> {
  await new Promise<void>((resolve) => realImmediate(resolve));
}

function abortError(signal: AbortSignal): Error {
  return Object.assign(new Error('The operation was aborted', { cause: signal.reason }), {
    name: 'AbortError',
    code: 'ABORT_ERR',
  });
}

/** Has `Date` and `performance.now` of this JavaScript realm tell the time of this clock. */
export function installClock(clock: VirtualClock): void {
  class VirtualDate extends RealDate {
    constructor(...parts: unknown[]) {
      if (parts.length === 0) super(clock.wallTime);
      else super(...(parts as [number]));
    }

    static override now(): number {
      return clock.wallTime;
    }
  }
  globalThis.Date = VirtualDate as DateConstructor;
  globalThis.performance.now = () => clock.now;
}
