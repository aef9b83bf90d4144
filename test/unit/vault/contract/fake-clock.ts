import { setTimeout as delay } from 'node:timers/promises';
import type { LeaseClock } from '../../../../src/vault/lease-clock.ts';

/** A clock that stands still until a test moves it. */
export class FakeClock implements LeaseClock {
  time = 0;
  readonly #step: number;
  readonly #rest: () => Promise<unknown>;
  readonly #sleepers = new Set<{ readonly at: number; readonly wake: () => void }>();

  /**
   * @param step how far it moves at once, in ms
   * @param rest what those who were woken are given; the time of one answer over the loopback unless said otherwise
   */
  constructor(step = 500, rest: () => Promise<unknown> = () => delay(8)) {
    this.#step = step;
    this.#rest = rest;
  }

  now(): number {
    return this.time;
  }

  async sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { promise, resolve } = Promise.withResolvers<void>();
    const sleeper = { at: this.time + milliseconds, wake: resolve };
    this.#sleepers.add(sleeper);
    signal.addEventListener('abort', () => resolve(), { once: true });
    await promise;
    this.#sleepers.delete(sleeper);
    signal.throwIfAborted();
  }

  /** Moves on in small steps, waking whoever is due, as real time would. */
  async advance(milliseconds: number): Promise<void> {
    for (const end = this.time + milliseconds; this.time < end; ) {
      this.time = Math.min(end, this.time + this.#step);
      await this.#wakeDue();
    }
  }

  /** Moves on without anybody having run meanwhile: a frozen process. */
  async freeze(milliseconds: number): Promise<void> {
    this.time += milliseconds;
    await this.#wakeDue();
  }

  async #wakeDue(): Promise<void> {
    for (const sleeper of [...this.#sleepers]) if (sleeper.at <= this.time) sleeper.wake();
    await this.#rest();
  }
}
