import { describe, expect, it } from 'vitest';
import { RETRY_FIRST, RetrySchedule } from '../../../src/keeper/retry-schedule.ts';

const INTERVAL = 60_000;

/** The waits after passes that found something that may pass, or not. */
function waitsAfter(...passes: readonly boolean[]): number[] {
  const schedule = new RetrySchedule(INTERVAL);
  return passes.map((mayPass) => {
    schedule.passEnded(mayPass);
    return schedule.wait;
  });
}

describe('how long a watch waits between passes', () => {
  it('is the interval at first and where all is well', () => {
    expect(new RetrySchedule(INTERVAL).wait).toBe(INTERVAL);
    expect(waitsAfter(false, false)).toEqual([INTERVAL, INTERVAL]);
  });

  it('is short after the first trouble, then doubles up to the interval', () => {
    expect(waitsAfter(true, true, true, true, true, true)).toEqual([5_000, 10_000, 20_000, 40_000, INTERVAL, INTERVAL]);
  });

  it('is short again after the next trouble', () => {
    expect(waitsAfter(true, true, false, true)).toEqual([5_000, 10_000, INTERVAL, 5_000]);
  });

  it('never exceeds the interval, however long the trouble lasts', () => {
    const schedule = new RetrySchedule(1_000);

    for (let pass = 0; pass < 5_000; pass += 1) schedule.passEnded(true);

    expect(schedule.wait).toBe(Math.min(1_000, RETRY_FIRST));
  });
});
