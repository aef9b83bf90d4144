import * as z from 'zod/mini';
import { VERDICTS } from '../core/verdict.ts';

/** The result of a command as `--json` prints it and as POST /reconcile answers. What others build on: only additions. */

const count = z.int().check(z.minimum(0));

/** Where a database value stands. */
const valueReference = z.strictObject({
  table: z.string(),
  column: z.string(),
  id: z.int(),
  context: z.optional(z.string().check(z.describe('context of a glpi_configs row'))),
  name: z.optional(z.string().check(z.describe('name of a glpi_configs row'))),
  jsonPath: z.optional(z.string().check(z.describe('member of a JSON column that alone is sealed'))),
});

export const findingSchema = z.strictObject({
  code: z.string().check(z.describe('stable name of this kind of finding')),
  severity: z.enum(['error', 'warning', 'advice', 'info']),
  target: z.string().check(z.describe('path, row or setting concerned')),
  message: z.string(),
  try: z.string().check(z.describe("a line to follow or paste, or ''")),
});

const action = z.strictObject({
  action: z.string().check(z.describe('restore-file, repair-access, capture, …')),
  target: z.string(),
  done: z.boolean().check(z.describe('false: planned only (--dry-run), or it failed')),
  note: z.optional(z.string().check(z.describe('what it did in words, for people'))),
});

export const canarySchema = z.strictObject({
  tested: count.check(z.describe('sealed values that the key was tried on')),
  opened: count.check(z.describe('how many of them it opened')),
  unreadable: z.array(valueReference).check(z.describe('those that it did not open')),
});

const verdict = z.nullable(z.enum(VERDICTS));

export const resultSchema = z
  .strictObject({
    command: z.string(),
    verdict: verdict.check(z.describe('of the live key as it was found; null where the command does not judge')),
    verdictAfter: verdict.check(z.describe('once everything was applied')),
    gate: z.nullable(z.enum(['open', 'blocked'])).check(z.describe('whether GLPI may start; null but for init')),
    exitCode: count,
    dryRun: z.optional(z.boolean().check(z.describe('true: nothing was changed'))),
    findings: z.array(findingSchema),
    actions: z.array(action),
    canary: z.nullable(canarySchema),
    fingerprint: z.nullable(z.string()).check(z.describe('of the live security key: 16 hex digits, safe to log')),
    generation: z.nullable(count).check(z.describe('number of the newest generation in the vault')),
    details: z.optional(z.record(z.string(), z.unknown())).check(z.describe('what this command alone has to say')),
  })
  .check(z.describe('Result of a Keykeeper command'));

export type ResultDocument = z.output<typeof resultSchema>;
