import { setTimeout as wait } from 'node:timers/promises';

/** Waits `duration` ms; rejects with the signal's reason when it is aborted meanwhile. */
export async function pause(duration: number, signal: AbortSignal): Promise<void> {
  try {
    await wait(duration, undefined, { signal });
  } catch (error) {
    // Node's own error says only that there was a reason.
    signal.throwIfAborted();
    throw error;
  }
}
