import type { CheckIn } from '../core/check-in.ts';

/** One line for people: whether GLPI's automatic actions run, and when the one that asks GLPI Network last did. */
export function describeCheckIn({ lastRun, daily }: CheckIn): string {
  if (lastRun === null) return 'never, for its automatic actions have never run';
  const others = `the automatic actions ran last at ${minuteOf(lastRun)}`;
  if (daily === null) return `not by itself: it has no checkAllUpdates; ${others}`;
  if (!daily.enabled) return `not by itself: checkAllUpdates is switched off; ${others}`;
  const when = daily.lastRun === null ? 'has never run' : `ran last at ${minuteOf(daily.lastRun)}`;
  return `by checkAllUpdates, which ${when}; ${others}`;
}

/** `2026-01-31 23:59 UTC`. */
function minuteOf(time: string): string {
  return `${time.slice(0, 16).replace('T', ' ')} UTC`;
}
