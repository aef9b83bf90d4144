import { daysLeft } from '../../core/findings-receipt.ts';
import type { CheckState } from '../../keeper/registration-check.ts';
import type { RegistrationStatus } from './registration-status-schema.ts';

export type { RegistrationStatus };

/**
 * @param state null: nothing is ever asked
 * @param now ms since 1970
 */
export function registrationStatus(state: CheckState | null, now: number): RegistrationStatus {
  const answer = state?.receipt?.answer ?? null;
  const trouble = state?.receipt?.trouble ?? null;
  return {
    validate: state === null ? 'off' : 'on',
    key: state?.key ?? null,
    verdict: answer?.verdict ?? null,
    answeredAt: answer?.at ?? null,
    askedAt: state?.receipt?.attempt?.at ?? null,
    message: answer?.message ?? null,
    owner: answer?.owner ?? null,
    subscription: answer?.title ?? null,
    endDate: answer?.endDate ?? null,
    daysLeft: answer === null ? null : daysLeft(answer, now),
    seenByGlpi: state?.seenByGlpi ?? 'unknown',
    trouble:
      trouble === null
        ? null
        : {
            code: trouble.cause.code,
            message: trouble.cause.message,
            since: trouble.since,
            failures: trouble.failures,
            nextTryAt: trouble.probeAt,
          },
  };
}
