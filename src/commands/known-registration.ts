import type { Settings } from '../config/settings.ts';
import type { Finding } from '../core/finding.ts';
import { receiptFindings } from '../core/findings-receipt.ts';
import { receiptOf } from '../core/receipt.ts';
import type { Reconciliation } from '../keeper/reconcile.ts';
import { type RegistrationStatus, registrationStatus } from '../report/http/registration-status.ts';

/** What the vault knows of the registration key that GLPI has; nobody is asked. */
export interface KnownRegistration {
  readonly status: RegistrationStatus;
  readonly findings: readonly Finding[];
}

/** @param now ms since 1970 */
export function knownRegistration(result: Reconciliation, settings: Settings, now: number): KnownRegistration {
  const { database, records } = result.after.pass.observation;
  if (settings.registrationValidate === 'off') return { status: registrationStatus(null, now), findings: [] };
  const key = database.kind === 'answers' ? database.registration : null;
  const receipt = key === null ? null : receiptOf(records.receipts, key);
  return {
    status: registrationStatus({ key, receipt, seenByGlpi: 'unknown', requests: 0, findings: [] }, now),
    findings: receipt === null ? [] : receiptFindings(receipt, now),
  };
}

/** One line for people; null where there is no key to say anything of. */
export function describeRegistration({
  key,
  verdict,
  answeredAt,
  endDate,
  daysLeft,
}: RegistrationStatus): string | null {
  if (key === null) return null;
  if (verdict === null || answeredAt === null) return `${key}, not asked about yet`;
  const words = { valid: 'valid', invalid: 'refused', 'subscription-not-running': 'subscription over' } as const;
  const end = endDate === null || daysLeft === null || daysLeft < 0 ? '' : `, until ${endDate} (${daysLeft} days left)`;
  return `${key}, ${words[verdict]} on ${answeredAt.slice(0, 10)}${end}`;
}
