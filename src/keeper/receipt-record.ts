import type { Receipts } from '../core/receipt.ts';
import { boolean, integer, list, nullable, number, object, oneOf, type Shape, text, time } from '../core/shape.ts';
import type { JsonValue } from '../vault/vault.ts';

const said = nullable(text());
const cause = object({ code: text(), message: text(), try: text() });

const change = ['registration-key', 'security-key', 'container', 'glpi-version'] as const;

const perChange = <T>(schema: Shape<T>) =>
  object({ 'registration-key': schema, 'security-key': schema, container: schema, 'glpi-version': schema });

/**
 * The record `receipts`: what GLPI Network said of each registration key, and when it was asked. Made where there is one to
 * read: a quiet `init` has no time to spare.
 */
export function receiptsSchema() {
  return list(
    object({
      key: text({ pattern: /^[0-9a-f]{16}$/ }),
      answer: nullable(
        object({
          at: time(),
          verdict: oneOf('valid', 'invalid', 'subscription-not-running'),
          cause: nullable(cause),
          message: said,
          owner: said,
          title: said,
          endDate: said,
          clockSkew: nullable(number()),
        }),
      ),
      attempt: nullable(
        object({
          at: time(),
          token: text(),
          reason: oneOf('new-key', 'changed', 'day', 'reachable-again', 'operator'),
          state: oneOf('open', 'answered', 'failed'),
        }),
      ),
      trouble: nullable(
        object({
          since: time(),
          failures: integer(1),
          cause,
          level: oneOf('connection', 'http'),
          probeAt: time(),
          telling: boolean(),
          over: boolean(),
        }),
      ),
      seen: perChange(list(text())),
      askedFor: perChange(nullable(time())),
      owed: list(oneOf(...change, 'answer', 'reachable-again')),
      refreshes: integer(0),
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
