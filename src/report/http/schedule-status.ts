import * as z from 'zod/mini';
import type { ScheduleRecord } from '../../core/schedule.ts';

/** How a drill or an export ended last. */
export const scheduleStatusSchema = z.nullable(
  z.strictObject({
    at: z.string().check(z.describe('when it ended last: RFC 3339, UTC')),
    success: z.boolean(),
    message: z.string(),
    succeededAt: z.nullable(z.string()).check(z.describe('when it last succeeded')),
  }),
);

export type ScheduleStatus = z.output<typeof scheduleStatusSchema>;

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
