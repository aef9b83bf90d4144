import type { Finding } from './finding.ts';

/** What a watch does now and then, beside its passes. */
export type ScheduleName = 'drill' | 'export';

/** How it ended. */
export interface ScheduleOutcome {
  /** RFC 3339, UTC. */
  readonly at: string;
  readonly success: boolean;
  /** One sentence for people. */
  readonly message: string;
}

/**
 * The records `drill` and `export`: when it was begun last, which keeps a watch that is killed by it from beginning again
 * at once, how it ended, and when it last succeeded. Nothing secret.
 */
export interface ScheduleRecord {
  readonly attemptedAt: string;
  /** Null where it never came to an end. */
  readonly last: ScheduleOutcome | null;
  readonly succeededAt: string | null;
}

/** What failed, or was killed, is tried again after this, in ms, where it would not be due sooner. */
const RETRY = 6 * 3_600_000;

/**
 * When it is due: ms since 1970. One that was never done is due at once; a clock that was set back does not put it off by
 * more than its interval.
 *
 * @param interval in ms
 * @param now ms since 1970
 */
export function scheduleDue(record: ScheduleRecord | null, interval: number, now: number): number {
  if (record === null) return now;
  const { attemptedAt, last } = record;
  const attempted = Math.min(Date.parse(attemptedAt), now);
  const ended = last !== null && last.at >= attemptedAt;
  return attempted + (ended && last.success ? interval : Math.min(interval, RETRY));
}

/** What did not work the last time it was tried. */
export function scheduleFindings(records: Readonly<Record<ScheduleName, ScheduleRecord | null>>): Finding[] {
  const found: Finding[] = [];
  const drill = records.drill?.last ?? null;
  if (drill?.success === false) {
    const message = `the drill of ${drill.at} failed, so restoring may fail too: ${drill.message}`;
    found.push({ code: 'drill-failed', severity: 'error', target: 'vault', message, try: 'keykeeper drill' });
  }
  const off = records.export?.last ?? null;
  if (off?.success === false) {
    const before = records.export?.succeededAt ?? null;
    const last = before === null ? 'none has succeeded yet' : `the last one that succeeded is of ${before}`;
    const message = `the export of ${off.at} failed (${last}): ${off.message}`;
    found.push({ code: 'export-failed', severity: 'warning', target: 'vault', message, try: 'keykeeper export' });
  }
  return found;
}
