import type { NetworkCause } from './cause.ts';
import type { Surroundings } from './surroundings.ts';

/** Failures in which nobody can have processed the question, for there was no connection to send it over. */
const NEVER_ASKED: ReadonlySet<NetworkCause['code']> = new Set<NetworkCause['code']>([
  'dns-failed',
  'tcp-refused',
  'tcp-timeout',
  'tcp-unreachable',
  'tls-timeout',
  'proxy-unreachable',
]);

/** Failures by which the server itself says that it did nothing, where it also says for how long to wait. */
const TURNED_AWAY: ReadonlySet<NetworkCause['code']> = new Set<NetworkCause['code']>(['rate-limited', 'server-error']);

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 20_000;

/**
 * Tries up to `attempts` times, as long as the failure is one that is sure to have had no effect. Between two tries it
 * waits 1 s, 2 s, 4 s …, of which a random half to whole, or for as long as the server asks, if that is 20 s at most.
 *
 * @param attempt gives its cause where it failed, null where it did not
 */
export async function withRetries<T>(
  attempts: number,
  attempt: () => Promise<T>,
  causeOf: (result: T) => NetworkCause | null,
  { random, sleep }: Surroundings,
  signal: AbortSignal,
): Promise<T> {
  for (let count = 1; ; count += 1) {
    const result = await attempt();
    const cause = causeOf(result);
    const wait = cause === null || count >= attempts ? null : waitAfter(cause, count, random());
    if (wait === null || signal.aborted) return result;
    try {
      await sleep(wait, signal);
    } catch {
      return result;
    }
  }
}

/** In ms; null: not to be tried again. */
function waitAfter({ code, retryAfter }: NetworkCause, count: number, random: number): number | null {
  if (NEVER_ASKED.has(code)) {
    const full = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (count - 1));
    return full / 2 + (full / 2) * random;
  }
  if (!TURNED_AWAY.has(code) || retryAfter === undefined || retryAfter > LONGEST_WAIT) return null;
  return retryAfter + 1000 * random;
}
