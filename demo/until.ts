import { setTimeout as sleep } from 'node:timers/promises';

const PATIENCE = 90_000;

/**
 * Tries until it works.
 *
 * @throws the last error, after 90 s or when the signal is aborted
 */
export async function untilItAnswers<T>(attempt: () => Promise<T>, signal: AbortSignal): Promise<T> {
  const deadline = performance.now() + PATIENCE;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await sleep(200, undefined, { signal });
    }
  }
}
