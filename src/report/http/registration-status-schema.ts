import * as z from 'zod/mini';

const time = z.nullable(z.string());
const text = z.nullable(z.string());

/** What is known of the registration key. */
export const registrationStatusSchema = z.strictObject({
  validate: z.enum(['on', 'off']).check(z.describe('off: GLPI Network is never asked')),
  key: text.check(z.describe('fingerprint of the registration key that GLPI has; null: none, or not known')),
  verdict: z
    .nullable(z.enum(['valid', 'invalid', 'subscription-not-running']))
    .check(z.describe('what GLPI Network said when it answered last')),
  answeredAt: time,
  askedAt: time.check(z.describe('when the key was sent last, whatever came of it')),
  message: text.check(z.describe("GLPI Network's own words")),
  owner: text,
  subscription: text,
  endDate: text,
  daysLeft: z.nullable(z.int()),
  seenByGlpi: z
    .enum(['valid', 'invalid', 'unknown'])
    .check(z.describe('what GLPI took its key for when it was last made to ask, as marketplace:search says')),
  trouble: z.nullable(
    z.strictObject({
      code: z.string(),
      message: z.string(),
      since: z.string(),
      failures: z.int(),
      nextTryAt: z.string().check(z.describe('without the key')),
    }),
  ),
});

export type RegistrationStatus = z.output<typeof registrationStatusSchema>;
