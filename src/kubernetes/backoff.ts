import { setTimeout as sleep } from 'node:timers/promises';

/** Waits between attempts, in ms. */
export interface Backoff {
  readonly first: number;
  readonly longest: number;
}

/**
 * How long to wait after failure number `failures` (1 for the first), in ms: doubled each time up to the longest, of which
 * a random half to whole is taken, so that many pods do not come back in step.
 */
export function waitAfter(failures: number, { first, longest }: Backoff): number {
  const full = Math.min(longest, first * 2 ** Math.min(failures - 1, 30));
  return full / 2 + (full / 2) * Math.random();
}

/** Waits `milliseconds`. @throws the reason of `signal` when it is aborted meanwhile */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(milliseconds, undefined, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}
