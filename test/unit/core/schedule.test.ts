import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ScheduleRecord, scheduleDue, scheduleFindings } from '../../../src/core/schedule.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const now = Date.parse('2026-06-30T12:00:00.000Z');

/** Begun this many hours ago, and ended as said a minute later. */
function recordOf(hoursAgo: number, success: boolean | 'never ended'): ScheduleRecord {
  const attempted = now - hoursAgo * HOUR;
  const at = new Date(attempted + 60_000).toISOString();
  const last = success === 'never ended' ? null : { at, success, message: 'the key opens 3 of 3 secrets' };
  return { attemptedAt: new Date(attempted).toISOString(), last, succeededAt: success === true ? at : null };
}

describe('what runs on a schedule', () => {
  it.each<[string, ScheduleRecord | null, number]>([
    ['is due at once where it was never done', null, 0],
    ['is due an interval after it began, once it succeeded', recordOf(20, true), 7 * 24 - 20],
    ['is due where that time has passed', recordOf(200, true), 7 * 24 - 200],
    ['is tried again six hours after it failed', recordOf(2, false), 4],
    ['is tried again six hours after it began and never ended', recordOf(1, 'never ended'), 5],
    ['waits an interval at most where the clock was set back', recordOf(-900, true), 7 * 24],
  ])('%s', (_, record, hours) => {
    expect(scheduleDue(record, 7 * DAY, now)).toBe(now + hours * HOUR);
  });

  it('is not put off by a failure where its interval is shorter than that', () => {
    expect(scheduleDue(recordOf(0, false), HOUR, now)).toBe(now + HOUR);
  });

  it('takes an outcome from before it began last for none', () => {
    const killed = { ...recordOf(100, true), attemptedAt: new Date(now - HOUR).toISOString() };

    expect(scheduleDue(killed, 7 * DAY, now)).toBe(now + 5 * HOUR);
  });

  it('is never due later than an interval from now, nor again right after it began', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -500, max: 500 }),
        fc.constantFrom(true, false, 'never ended' as const),
        (ago, how) => {
          const due = scheduleDue(recordOf(ago, how), 7 * DAY, now);

          expect(due).toBeLessThanOrEqual(now + 7 * DAY);
          if (ago <= 0) expect(due).toBeGreaterThanOrEqual(now + 6 * HOUR);
        },
      ),
    );
  });

  it('is told where it failed the last time, and only then', () => {
    const quiet = scheduleFindings({ drill: recordOf(1, true), export: null });
    const loud = scheduleFindings({ drill: recordOf(1, false), export: recordOf(1, false) });

    expect(quiet).toEqual([]);
    expect(loud.map(({ code, severity }) => [code, severity])).toEqual([
      ['drill-failed', 'error'],
      ['export-failed', 'warning'],
    ]);
    expect(loud[0]?.message).toContain('the key opens 3 of 3 secrets');
  });
});
