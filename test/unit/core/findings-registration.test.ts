import { describe, expect, it } from 'vitest';
import { fingerprint } from '../../../src/core/brand.ts';
import type { CheckIn, DailyCheck } from '../../../src/core/check-in.ts';
import { checkInFindings } from '../../../src/core/findings-check-in.ts';
import { daysLeft, receiptFindings } from '../../../src/core/findings-receipt.ts';
import { blankReceipt, type Receipt, type ReceiptAnswer } from '../../../src/core/receipt.ts';
import { answers, observe, type Scene } from './build-observation.ts';

const KEY = fingerprint('1111111111111111');
const AT = '2026-03-01T12:00:00Z';
const NOW = Date.parse(AT);
const HOUR = 3_600_000;

const ANSWER: ReceiptAnswer = {
  at: '2026-03-01T06:00:00Z',
  verdict: 'valid',
  cause: null,
  message: null,
  owner: 'ACME',
  title: 'Standard',
  endDate: '2027-01-01',
  clockSkew: null,
};

function receipt(answer: Partial<ReceiptAnswer> | null, members: Partial<Receipt> = {}): Receipt {
  return { ...blankReceipt(KEY), answer: answer === null ? null : { ...ANSWER, ...answer }, ...members };
}

const told = (one: Receipt, now = NOW) => receiptFindings(one, now).map(({ code }) => code);

describe('what is told of a registration key', () => {
  it('is nothing while it is valid', () => {
    expect(told(receipt({}))).toEqual([]);
    expect(told(blankReceipt(KEY))).toEqual([]);
  });

  it.each([
    ['2026-03-31', 30, ['registration-ends-soon']],
    ['2026-04-01', 31, []],
    ['2026-03-01', 0, ['registration-ends-soon']],
    ['2026-02-28', -1, ['registration-ends-soon']],
    [null, null, []],
  ])('with an end on %s, %s days away, is %j', (endDate, days, expected) => {
    expect(daysLeft({ ...ANSWER, endDate }, NOW)).toBe(days);
    expect(told(receipt({ endDate }))).toEqual(expected);
  });

  it('is the reason why it is refused, and not its end beside it', () => {
    const cause = { code: 'key-other-instance', message: 'it belongs to another instance', try: 'take the right one' };

    const [finding, ...more] = receiptFindings(receipt({ verdict: 'invalid', cause, endDate: '2026-03-02' }), NOW);

    expect(finding).toMatchObject({ code: 'registration-key-other-instance', severity: 'warning', try: cause.try });
    expect(finding?.target).toContain(KEY);
    expect(more).toEqual([]);
  });

  it('is a question that nobody ended, once it has taken too long', () => {
    const attempt = { at: AT, token: 't', reason: 'day', state: 'open' } as const;

    expect(told(receipt({}, { attempt }), NOW + 60_000)).toEqual([]);
    expect(told(receipt({}, { attempt }), NOW + HOUR)).toEqual(['registration-check-interrupted']);
  });

  it.each([
    [4 * 60_000, []],
    [-3 * 24 * HOUR, ['registration-clock-skew']],
  ])('is a clock that is off by %i ms, if that is much', (clockSkew, expected) => {
    expect(told(receipt({ clockSkew }))).toEqual(expected);
  });
});

const DAILY: DailyCheck = { enabled: true, mode: 'external', frequency: 86_400, lastRun: '2026-03-01T03:00:00Z' };

function checkedIn(checkIn: CheckIn | null, members: Scene = {}): string[] {
  const database = answers([], { checkIn, registration: KEY });
  return checkInFindings({ ...observe({ stage: 'guard', glpiRunning: true, database, ...members }), at: AT }).map(
    ({ code }) => code,
  );
}

describe("what is told of GLPI's own daily check", () => {
  const lastRun = '2026-03-01T11:59:00Z';

  it.each<[string, CheckIn | null, string[]]>([
    ['it ran today', { lastRun, daily: DAILY }, []],
    ['it cannot be read', null, []],
    ['GLPI has no such action', { lastRun, daily: null }, []],
    ['nothing ever ran', { lastRun: null, daily: { ...DAILY, lastRun: null } }, ['glpi-cron-never-ran']],
    ['nothing ran for two days', { lastRun: '2026-02-27T12:00:00Z', daily: DAILY }, ['glpi-cron-stalled']],
    ['it is switched off', { lastRun, daily: { ...DAILY, enabled: false } }, ['daily-check-disabled']],
    ['it never ran', { lastRun, daily: { ...DAILY, lastRun: null } }, ['daily-check-overdue']],
    ['it missed a day', { lastRun, daily: { ...DAILY, lastRun: '2026-02-27T12:00:00Z' } }, []],
    ['it missed four', { lastRun, daily: { ...DAILY, lastRun: '2026-02-25T12:00:00Z' } }, ['daily-check-overdue']],
  ])('where %s', (_, checkIn, expected) => {
    expect(checkedIn(checkIn)).toEqual(expected);
  });

  it('is nothing at the gate, while GLPI does not run, and without a registration key', () => {
    const idle = { lastRun: null, daily: null };

    expect(checkedIn(idle, { stage: 'gate' })).toEqual([]);
    expect(checkedIn(idle, { glpiRunning: false })).toEqual([]);
    expect(checkedIn(idle, { database: answers([], { checkIn: idle }) })).toEqual([]);
  });

  it('is advice and no more', () => {
    const database = answers([], { checkIn: { lastRun: null, daily: null }, registration: KEY });

    const findings = checkInFindings({ ...observe({ stage: 'guard', glpiRunning: null, database }), at: AT });

    expect(findings.map(({ severity }) => severity)).toEqual(['advice']);
  });
});
