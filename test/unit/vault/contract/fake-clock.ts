import { setTimeout as delay } from 'node:timers/promises';
import type { LeaseClock } from '../../../../src/vault/lease-clock.ts';

/** A clock that stands still until a test moves it. */
export class FakeClock implements LeaseClock {
  time = 0;
  readonly #sleepers = new Set<{ readonly at: number; readonly wake: () => void }>();

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
      this.time = Math.min(end, this.time + 500);
      await this.#wakeDue();
    }
  }

  /** Moves on without anybody having run meanwhile: a frozen process. */
  async freeze(milliseconds: number): Promise<void> {
    this.time += milliseconds;
    await this.#wakeDue();
  }

  /** Then gives those who were woken the time of one answer over the loopback. */
  async #wakeDue(): Promise<void> {
    for (const sleeper of [...this.#sleepers]) if (sleeper.at <= this.time) sleeper.wake();
    await delay(8);
  }
}
