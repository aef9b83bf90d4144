import * as z from 'zod/mini';
import type { Receipts } from '../core/receipt.ts';
import type { JsonValue } from '../vault/vault.ts';

const time = z.iso.datetime();
const text = z.nullable(z.string());
const cause = z.object({ code: z.string(), message: z.string(), try: z.string() });

const change = ['registration-key', 'security-key', 'container', 'glpi-version'] as const;

const perChange = <T>(schema: z.ZodMiniType<T>) =>
  z.object({ 'registration-key': schema, 'security-key': schema, container: schema, 'glpi-version': schema });

/**
 * The record `receipts`: what GLPI Network said of each registration key, and when it was asked. Made where there is one to
 * read: a quiet `init` has no time to spare.
 */
export function receiptsSchema() {
  return z.array(
    z.object({
      key: z.string().check(z.regex(/^[0-9a-f]{16}$/)),
      answer: z.nullable(
        z.object({
          at: time,
          verdict: z.enum(['valid', 'invalid', 'subscription-not-running']),
          cause: z.nullable(cause),
          message: text,
          owner: text,
          title: text,
          endDate: text,
          clockSkew: z.nullable(z.number()),
        }),
      ),
      attempt: z.nullable(
        z.object({
          at: time,
          token: z.string(),
          reason: z.enum(['new-key', 'changed', 'day', 'reachable-again', 'operator']),
          state: z.enum(['open', 'answered', 'failed']),
        }),
      ),
      trouble: z.nullable(
        z.object({
          since: time,
          failures: z.int().check(z.minimum(1)),
          cause,
          level: z.enum(['connection', 'http']),
          probeAt: time,
          telling: z.boolean(),
          over: z.boolean(),
        }),
      ),
      seen: perChange(z.array(z.string())),
      askedFor: perChange(z.nullable(time)),
      owed: z.array(z.enum([...change, 'answer', 'reachable-again'])),
      refreshes: z.int().check(z.minimum(0)),
    }),
  );
}

/** The receipts as the vault keeps them: facts and fingerprints, nothing secret. */
export function receiptsRecord(receipts: Receipts): JsonValue {
  return receipts.map(({ key, answer, attempt, trouble, seen, askedFor, owed, refreshes }) => ({
    key,
    answer: answer === null ? null : { ...answer, cause: answer.cause === null ? null : { ...answer.cause } },
    attempt: attempt === null ? null : { ...attempt },
    trouble: trouble === null ? null : { ...trouble, cause: { ...trouble.cause } },
    seen: { ...seen },
    askedFor: { ...askedFor },
    owed,
    refreshes,
  }));
}
