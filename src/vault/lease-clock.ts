import { setTimeout as delay } from 'node:timers/promises';

/** Time as the lease sees it: monotonic, in ms. Process ids and wall clocks of other containers mean nothing. */
export interface LeaseClock {
  now(): number;
  /** @throws the reason of `signal` when it aborts. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: LeaseClock = {
  now: () => performance.now(),
  sleep: async (milliseconds, signal) => {
    try {
      await delay(milliseconds, undefined, { signal });
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    }
  },
};
