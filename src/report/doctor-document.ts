import * as z from 'zod/mini';
import { GROUP_NAMES } from '../keeper/doctor/group.ts';
import { findingSchema, resultSchema } from './document.ts';

const count = z.int().check(z.minimum(0));

const level = z.enum(['error', 'warning', 'advice']);

const trouble = z.strictObject({
  level,
  target: z.string().check(z.describe('path, row, setting or container concerned')),
  message: z.string(),
  evidence: z.array(z.string()).check(z.describe('what was seen, a line each; never a secret')),
  fix: z.string().check(z.describe('what to do: a command to paste where there is one')),
});

const checked = z.strictObject({
  code: z.string().check(z.describe('stable name of the check')),
  group: z.enum(GROUP_NAMES),
  title: z.string().check(z.describe('what is right where the outcome is ok')),
  outcome: z.enum(['ok', 'skipped', 'error', 'warning', 'advice']),
  why: z.string().check(z.describe("why it was skipped, or ''")),
  troubles: z.array(trouble).check(z.describe('most serious first')),
});

const details = z.strictObject({
  checks: z.array(checked),
  counts: z.strictObject({ ok: count, skipped: count, error: count, warning: count, advice: count }),
  seconds: z.number().check(z.describe('how long it took')),
});

/**
 * The document of `keykeeper doctor --json`: the one of every command, whose findings are the troubles, with all checks in
 * its details.
 */
export const doctorSchema = z
  .strictObject({
    ...resultSchema.shape,
    findings: z.array(findingSchema).check(z.describe("one for each trouble, under its check's code")),
    details,
  })
  .check(z.describe('Result of keykeeper doctor'));

export type DoctorDocument = z.output<typeof doctorSchema>;
export type DoctorDetails = DoctorDocument['details'];
