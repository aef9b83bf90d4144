import type { NetworkCause } from './cause.ts';
import { durationInWords } from './duration-words.ts';

/** Less than this is the network's delay, or a server whose own clock is not the best. */
export const NOTABLE_SKEW = 5 * 60_000;

/**
 * How far the clock here is from that of whoever answered, in ms: positive when the clock here is ahead. Null when the
 * answer tells no time, or the difference is not notable.
 *
 * @param date the `Date` header (RFC 9110, 6.6.1)
 * @param now ms since 1970
 */
export function clockSkew(date: string | undefined, now: number): number | null {
  const theirs = Date.parse(date ?? '');
  if (Number.isNaN(theirs)) return null;
  const skew = now - theirs;
  return Math.abs(skew) < NOTABLE_SKEW ? null : skew;
}

/** @param skew ms, positive when the clock here is ahead; null when only the direction is known */
export function skewedClock(skew: number | null, ahead: boolean, evidence: string): NetworkCause {
  const amount = skew === null ? '' : `${durationInWords(skew)} `;
  return {
    code: 'clock-skew',
    message: `the clock of this machine is ${amount}${ahead ? 'ahead' : 'behind'}: ${evidence}`,
    try: 'set the clock of the host right (timedatectl set-ntp true); containers use it too',
  };
}
