import type { LeaseClock } from './lease-clock.ts';
import { leaseLost } from './lease-lost.ts';

/**
 * Renews a lease again and again, until `stop`; a beat that finds it lost aborts `lost` and is the last.
 *
 * @param every in ms
 * @param beat renews; false when the lease is not ours any more or may not be
 */
export async function keepBeating(
  { clock, every, beat }: { clock: LeaseClock; every: number; beat: () => boolean | Promise<boolean> },
  lost: AbortController,
  stop: AbortSignal,
): Promise<void> {
  while (!lost.signal.aborted) {
    try {
      await clock.sleep(every, stop);
    } catch {
      return;
    }
    if (!(await beat())) lost.abort(leaseLost());
  }
}
