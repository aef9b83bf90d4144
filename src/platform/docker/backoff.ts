import { setTimeout as sleep } from 'node:timers/promises';

/** Waits between attempts, in ms. */
export interface Backoff {
  readonly first: number;
  readonly longest: number;
}

/**
 * How long to wait before attempt `attempt` (0 for the first after a success), in ms: doubled each time up to the
 * longest, of which a random half to whole is taken, so that many keepers do not come back in step.
 * @param random from 0 to 1
 */
export function waitBefore(attempt: number, { first, longest }: Backoff, random: number): number {
  const full = Math.min(longest, first * 2 ** Math.min(attempt, 30));
  return full / 2 + (full / 2) * random;
}

/** Waits `milliseconds`, or less when `signal` is aborted; never rejects. Does not keep the process alive by itself. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(milliseconds, undefined, { signal, ref: false });
  } catch {
    // Aborted: whoever waits looks at the signal.
  }
}
