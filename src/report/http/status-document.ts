import * as z from 'zod/mini';
import { VERDICTS } from '../../core/verdict.ts';
import { canarySchema, findingSchema } from '../document.ts';
import { registrationStatusSchema } from './registration-status-schema.ts';
import { scheduleStatusSchema } from './schedule-status-schema.ts';

const time = z.string().check(z.describe('RFC 3339, UTC'));
const count = z.int().check(z.minimum(0));

/** What GET /status answers: the keeper's last pass, nothing secret. */
export const statusSchema = z
  .strictObject({
    version: z.string(),
    instance: z.string(),
    startedAt: time,
    healthy: z.boolean(),
    ready: z.boolean(),
    reason: z.string().check(z.describe('why it is healthy or not, as a sentence')),
    verdict: z.nullable(z.enum(VERDICTS)).check(z.describe('null before the first pass')),
    verdictSince: z.nullable(time),
    lastPassAt: z.nullable(time),
    lastTrigger: z.nullable(z.string()),
    glpi: z.strictObject({
      running: z.nullable(z.boolean()).check(z.describe('null: nobody can tell')),
      version: z.nullable(z.string()),
    }),
    database: z.strictObject({
      state: z.enum(['unknown', 'none', 'unconfigured', 'unreachable', 'answers']),
      address: z.nullable(z.string()),
      schema: z.nullable(z.string()),
      message: z.nullable(z.string()).check(z.describe('why it does not answer')),
    }),
    vault: z.strictObject({
      url: z.string(),
      state: z.enum(['unknown', 'ready', 'broken']),
      generations: count,
      damaged: count,
    }),
    registration: registrationStatusSchema,
    drill: scheduleStatusSchema,
    export: scheduleStatusSchema,
    canary: z.nullable(canarySchema),
    fingerprint: z.nullable(z.string()),
    generation: z.nullable(count),
    findings: z.array(findingSchema),
  })
  .check(z.describe('Status of a Keykeeper that watches'));

export type StatusDocument = z.output<typeof statusSchema>;
