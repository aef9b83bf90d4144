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
/**
 * Timers that are set off in one turn of the real event loop, which has work of its own to do. Between two of its
 * immediates Node.js runs all that promises have left to do, just as between two turns.
 */
const TURNS = 30;
const EPOCH = RealDate.UTC(2026, 0, 1);

/** Time of the simulated machine, in ms since it was started; it moves only when everybody waits. */
export class VirtualClock {
  now = 0;
  /** What the wall clock is ahead of its right time, in ms. */
  skew = 0;
  readonly #timers: Timer[] = [];
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
  runUntil(done: () => boolean, limit: number): Promise<void> {
    const end = this.now + limit;
    return new Promise((resolve, reject) => {
      let over = false;
      const turn = () => {
        if (over) return;
        try {
          over = done() || !this.#goOn(end);
          if (over) resolve();
        } catch (error) {
          over = true;
          reject(error);
        }
      };
      const round = () => {
        if (over) return;
        turn();
        for (let left = TURNS; left > 0; left -= 1) realImmediate(turn);
        realImmediate(round);
      };
      realImmediate(round);
    });
  }

  /** Moves on to the next timer; false where there is none until `end`. */
  #goOn(end: number): boolean {
    const next = this.#take();
    if (next === null || next.due > end) {
      if (next !== null) this.#timers.push(next);
      this.now = Math.max(this.now, end);
      return false;
    }
    this.now = Math.max(this.now, next.due);
    next.fire();
    return true;
  }

  #add(duration: number, process: SimulatedProcess | null, fire: () => void): Timer {
    this.timers += 1;
    const timer: Timer = { due: this.now + duration, order: this.timers, process, fire, cancelled: false };
    this.#timers.push(timer);
    return timer;
  }

  /** The next timer of somebody who lives. What a frozen process waited for comes when it thaws. */
  #take(): Timer | null {
    const timers = this.#timers;
    let first: Timer | null = null;
    let firstDue = 0;
    let kept = 0;
    for (const each of timers) {
      if (each.cancelled || each.process?.dead === true) continue;
      timers[kept] = each;
      kept += 1;
      const due = Math.max(each.due, each.process?.stalledUntil ?? 0);
      if (first === null || due < firstDue || (due === firstDue && each.order < first.order)) {
        first = each;
        firstDue = due;
      }
    }
    timers.length = kept;
    if (first === null) return null;
    first.due = firstDue;
    timers.splice(timers.indexOf(first), 1);
    return first;
  }
}

function abortError(signal: AbortSignal): Error {
  return Object.assign(new Error('The operation was aborted', { cause: signal.reason }), {
    name: 'AbortError',
    code: 'ABORT_ERR',
  });
}

let installed: VirtualClock | null = null;

function installedClock(): VirtualClock {
  if (installed === null) throw new Error('no clock was installed');
  return installed;
}

class VirtualDate extends RealDate {
  constructor(...parts: unknown[]) {
    if (parts.length === 0) super(installedClock().wallTime);
    else super(...(parts as [number]));
  }

  static override now(): number {
    return installedClock().wallTime;
  }
}

/** Has `Date` and `performance.now` of this JavaScript realm tell the time of this clock. */
export function installClock(clock: VirtualClock): void {
  installed = clock;
  if (globalThis.Date === VirtualDate) return;
  globalThis.Date = VirtualDate as DateConstructor;
  globalThis.performance.now = () => installedClock().now;
}
