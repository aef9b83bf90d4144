import type { Finding } from './finding.ts';
import type { Receipt, ReceiptAnswer } from './receipt.ts';
import { DAY, LONGEST_QUESTION } from './registration-due.ts';

/** A subscription that ends within so many days is told. */
const SOON = 30;

/** A clock that is further off is told: certificates and caches go by it. In ms. */
const NOTABLE_SKEW = 5 * 60_000;

/**
 * Days from the day of `now` (UTC) to the end of the subscription: 0 today, negative after it; null where GLPI Network
 * named none.
 *
 * @param now ms since 1970
 */
export function daysLeft(answer: ReceiptAnswer, now: number): number | null {
  if (answer.endDate === null) return null;
  return Math.round((Date.parse(answer.endDate) - Math.floor(now / DAY) * DAY) / DAY);
}

/** What is known of a registration key from GLPI Network's answers, as far as it is not as it should be. `now`: ms since 1970. */
export function receiptFindings(receipt: Receipt, now: number): Finding[] {
  const { answer, trouble, attempt, key } = receipt;
  const target = `registration key ${key}`;
  const found: Finding[] = [];
  if (answer?.cause) {
    const { code, message, try: hint } = answer.cause;
    found.push({ code: `registration-${code}`, severity: 'warning', target, message, try: hint });
  }
  if (trouble !== null) {
    const { code, message, try: hint } = trouble.cause;
    const last = answer === null ? 'it was never answered' : `${said(answer)} on ${day(answer.at)}`;
    const since = `nothing has come back since ${day(trouble.since)}; ${last}`;
    const text = `GLPI Network could not be asked about the key: ${message} (${since})`;
    found.push({ code: `registration-${code}`, severity: 'warning', target, message: text, try: hint });
  } else if (attempt?.state === 'open' && now > Date.parse(attempt.at) + LONGEST_QUESTION) {
    found.push({
      code: 'registration-check-interrupted',
      severity: 'info',
      target,
      message: 'Keykeeper was stopped while it asked GLPI Network about the key, and asks again in a day at the latest',
      try: 'keykeeper registration validate',
    });
  }
  if (answer !== null) found.push(...endingFindings(answer, target, now), ...clockFindings(answer, target));
  return found;
}

function endingFindings(answer: ReceiptAnswer, target: string, now: number): Finding[] {
  const days = daysLeft(answer, now);
  if (answer.verdict !== 'valid' || days === null || days > SOON) return [];
  const title = answer.title === null ? 'the subscription' : `the subscription "${answer.title}"`;
  const when = days < 0 ? `ended on ${answer.endDate}` : `ends on ${answer.endDate}, in ${days} days`;
  const hint = 'renew it at GLPI Network; the key stays the same';
  return [{ code: 'registration-ends-soon', severity: 'warning', target, message: `${title} ${when}`, try: hint }];
}

function clockFindings({ clockSkew }: ReceiptAnswer, target: string): Finding[] {
  if (clockSkew === null || Math.abs(clockSkew) < NOTABLE_SKEW) return [];
  const minutes = Math.round(Math.abs(clockSkew) / 60_000);
  const message = `the clock of this machine was ${minutes} minutes ${clockSkew > 0 ? 'ahead of' : 'behind'} GLPI Network's`;
  const hint = 'set the clock of the host right (timedatectl set-ntp true); containers use it too';
  return [{ code: 'registration-clock-skew', severity: 'warning', target, message, try: hint }];
}

function said({ verdict }: ReceiptAnswer): string {
  switch (verdict) {
    case 'valid':
      return 'the key was valid';
    case 'invalid':
      return 'the key was refused';
    case 'subscription-not-running':
      return 'the subscription was over';
  }
}

function day(time: string): string {
  return time.slice(0, 10);
}
