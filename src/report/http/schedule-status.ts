import type { ScheduleRecord } from '../../core/schedule.ts';
import type { ScheduleStatus } from './schedule-status-schema.ts';

export type { ScheduleStatus };

/** @returns null where it never came to an end */
export function scheduleStatus(record: ScheduleRecord | null): ScheduleStatus {
  if (record?.last == null) return null;
  const { at, success, message } = record.last;
  return { at, success, message, succeededAt: record.succeededAt };
}

/** One line for people. */
export function describeSchedule(status: NonNullable<ScheduleStatus>): string {
  const { at, success, message } = status;
  return `${success ? 'done' : 'failed'} on ${at.slice(0, 10)}: ${message}`;
}
