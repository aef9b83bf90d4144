import * as z from 'zod/mini';

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
