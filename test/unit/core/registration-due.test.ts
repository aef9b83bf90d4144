import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fingerprint } from '../../../src/core/brand.ts';
import { type Circumstances, type Receipt, type Receipts, receiptOf } from '../../../src/core/receipt.ts';
import {
  claimQuestion,
  type Fault,
  recordAnswer,
  recordFailure,
  recordReachable,
  recordUnreachable,
  underClock,
} from '../../../src/core/receipt-changes.ts';
import { CHANGE_GAP, DAY, type Due, LONGEST_QUESTION, registrationDue } from '../../../src/core/registration-due.ts';

const KEY = fingerprint('1111111111111111');
const NOW = Date.parse('2026-03-01T12:00:00Z');
const MINUTE = 60_000;
const SETTLE = 10_000;

const CIRCUMSTANCES: Circumstances = {
  'registration-key': 'row 1',
  'security-key': 'key 1',
  container: 'c1 2026-03-01T11:00:00.000Z',
  'glpi-version': '10.0.17',
};

const VALID = {
  at: new Date(NOW).toISOString(),
  verdict: 'valid',
  cause: null,
  message: null,
  owner: 'ACME',
  title: 'Standard',
  endDate: '2027-01-01',
  clockSkew: null,
} as const;

function fault(members: Partial<Fault> = {}): Fault {
  const cause = { code: 'tcp-refused', message: 'nobody listens', try: 'look' };
  return { now: NOW, cause, level: 'connection', retryAfter: null, random: 0, ...members };
}

function claimed(receipts: Receipts, now = NOW, reason: 'new-key' | 'reachable-again' | 'day' = 'new-key'): Receipts {
  return claimQuestion(receipts, { key: KEY, now, token: 't', reason, changes: [], circumstances: CIRCUMSTANCES });
}

function answered(now = NOW): Receipts {
  return recordAnswer(claimed([], now), KEY, 't', VALID);
}

function failed(members: Partial<Fault> = {}): Receipts {
  return recordFailure(claimed([], members.now), KEY, 't', fault(members));
}

interface Moment {
  readonly now?: number;
  readonly circumstances?: Partial<Circumstances>;
  readonly steadyFor?: number;
}

function dueFor(receipts: Receipts, { now = NOW, circumstances = {}, steadyFor = SETTLE }: Moment = {}): Due {
  const current = { ...CIRCUMSTANCES, ...circumstances };
  return registrationDue({ now, receipt: receiptOf(receipts, KEY), circumstances: current, steadyFor, settle: SETTLE });
}

describe('a question about a registration key', () => {
  it('is due for a key that was never asked about, once things hold still', () => {
    expect(dueFor([])).toEqual({ kind: 'ask', reason: 'new-key', changes: [] });
    expect(dueFor([], { steadyFor: 4_000 })).toEqual({ kind: 'wait', until: NOW + 6_000 });
  });

  it('is due again a day after the last one, and not a moment earlier', () => {
    expect(dueFor(answered(), { now: NOW + DAY - 1 })).toEqual({ kind: 'wait', until: NOW + DAY });
    expect(dueFor(answered(), { now: NOW + DAY })).toMatchObject({ kind: 'ask', reason: 'day' });
  });

  it.each([
    ['registration-key', 'row 2'],
    ['security-key', 'key 1 2026-03-01T12:00:00Z'],
    ['container', 'c2 2026-03-01T12:00:00.000Z'],
    ['container', 'c1 2026-03-01T12:00:00.000Z'],
    ['glpi-version', '11.0.6'],
  ] as const)('is due when %s became %j', (change, value) => {
    const due = dueFor(answered(), { now: NOW + MINUTE, circumstances: { [change]: value } });

    expect(due).toEqual({ kind: 'ask', reason: 'changed', changes: [change] });
  });

  it('is not due for what is not known, and not for an earlier start of the same container', () => {
    const unknown = { container: null, 'glpi-version': null };
    const earlier = { container: 'c1 2026-02-01T00:00:00.000Z' };

    expect(dueFor(answered(), { circumstances: unknown }).kind).toBe('wait');
    expect(dueFor(answered(), { circumstances: earlier }).kind).toBe('wait');
  });

  it('covers every change that it was claimed with, even if whoever asked was killed', () => {
    const circumstances = { ...CIRCUMSTANCES, container: 'c1 2026-03-01T12:00:00.000Z', 'security-key': 'key 1 again' };
    const killed = claimQuestion(answered(), {
      key: KEY,
      now: NOW + MINUTE,
      token: 'u',
      reason: 'changed',
      changes: ['container', 'security-key'],
      circumstances,
    });

    const soon = dueFor(killed, { now: NOW + 2 * MINUTE, circumstances });
    const later = dueFor(killed, { now: NOW + 60 * MINUTE, circumstances });

    expect(soon).toEqual({ kind: 'wait', until: NOW + MINUTE + LONGEST_QUESTION });
    expect(later).toEqual({ kind: 'wait', until: NOW + MINUTE + DAY });
  });

  it('is due once in a quarter of an hour while a container crashes again and again', () => {
    let receipts = answered();
    let questions = 0;
    for (let now = NOW; now < NOW + 4 * 60 * MINUTE; now += 30_000) {
      const circumstances = { ...CIRCUMSTANCES, container: `c1 ${new Date(now).toISOString()}` };
      const due = dueFor(receipts, { now, circumstances });
      if (due.kind !== 'ask') continue;
      questions += 1;
      const { reason, changes } = due;
      const claim = { key: KEY, now, token: 't', reason, changes, circumstances };
      receipts = recordAnswer(claimQuestion(receipts, claim), KEY, 't', VALID);
    }

    expect(questions).toBe((4 * 60 * MINUTE) / CHANGE_GAP);
  });
});

describe('after a question that came to nothing', () => {
  it('is found out without the key whether GLPI Network can be reached, later each time, within the hour', () => {
    const waits: number[] = [];
    let receipts = failed();
    let now = NOW;
    for (let count = 0; count < 9; count += 1) {
      const due = dueFor(receipts, { now });
      if (due.kind !== 'wait') throw new Error(`expected a wait, not ${due.kind}`);
      waits.push(due.until - now);
      now = due.until;
      expect(dueFor(receipts, { now })).toEqual({ kind: 'probe', depth: 'connection' });
      receipts = recordUnreachable(receipts, KEY, fault({ now, random: 1 }));
    }

    expect(waits[0]).toBe(MINUTE);
    expect(waits.toSorted((a, b) => a - b)).toEqual(waits);
    expect(waits.at(-1)).toBe(60 * MINUTE);
  });

  it('asks once more when GLPI Network can be reached again', () => {
    const receipts = recordReachable(failed(), KEY, NOW + MINUTE, 0);

    expect(dueFor(receipts, { now: NOW + MINUTE })).toEqual({ kind: 'ask', reason: 'reachable-again', changes: [] });
  });

  it('waits for the day where probes succeed and questions fail all the same', () => {
    const reachable = recordReachable(failed(), KEY, NOW + MINUTE, 0);
    const again = claimed(reachable, NOW + MINUTE, 'reachable-again');
    const failedAgain = recordFailure(again, KEY, 't', fault({ now: NOW + MINUTE }));

    const receipts = recordReachable(failedAgain, KEY, NOW + 5 * MINUTE, 0);

    expect(dueFor(receipts, { now: NOW + 6 * MINUTE }).kind).toBe('wait');
    expect(dueFor(receipts, { now: NOW + MINUTE + DAY })).toMatchObject({ kind: 'ask', reason: 'day' });
  });

  it('goes on waiting for the day after the next daily question has failed, too', () => {
    const reachable = recordReachable(failed(), KEY, NOW + MINUTE, 0);
    const again = recordFailure(claimed(reachable, NOW + MINUTE, 'reachable-again'), KEY, 't', fault());
    const nextDay = NOW + MINUTE + DAY;
    const daily = recordFailure(claimed(again, nextDay, 'day'), KEY, 't', fault({ now: nextDay }));

    const receipts = recordReachable(daily, KEY, nextDay + MINUTE, 0);

    expect(dueFor(receipts, { now: nextDay + 2 * MINUTE }).kind).toBe('wait');
  });

  it('probes by a whole answer where the connection stood, and leaves GLPI Network alone for as long as it asks', () => {
    const receipts = failed({ level: 'http', retryAfter: 30 * MINUTE });

    expect(dueFor(receipts, { now: NOW + 29 * MINUTE }).kind).toBe('wait');
    expect(dueFor(receipts, { now: NOW + 30 * MINUTE })).toEqual({ kind: 'probe', depth: 'ping' });
  });

  it('keeps what was answered before', () => {
    const receipts = recordFailure(claimed(answered(), NOW + DAY, 'day'), KEY, 't', fault({ now: NOW + DAY }));

    expect(receiptOf(receipts, KEY)?.answer).toEqual(VALID);
  });
});

describe('under a clock that is set', () => {
  it('back by a year: asks neither at once nor in a year, but a day later', () => {
    const back = NOW - 365 * DAY;
    const receipts = underClock(answered(), back);

    expect(dueFor(receipts, { now: back }).kind).toBe('wait');
    expect(dueFor(receipts, { now: back + DAY })).toMatchObject({ kind: 'ask', reason: 'day' });
  });

  it('changes nothing where nothing lies in the future, and nothing the second time', () => {
    fc.assert(
      fc.property(fc.integer({ min: -400 * DAY, max: 400 * DAY }), fc.boolean(), (offset, good) => {
        const receipts = good ? answered() : failed();
        const once = underClock(receipts, NOW + offset);

        expect(underClock(once, NOW + offset)).toBe(once);
        if (offset >= 0) expect(once).toBe(receipts);
        const due = dueFor(once, { now: NOW + offset });
        if (due.kind === 'wait') expect(due.until - (NOW + offset)).toBeLessThanOrEqual(DAY + 60 * MINUTE);
      }),
    );
  });
});

describe('what GLPI is to be made to see', () => {
  const owedBy = (receipts: Receipts): Receipt['owed'] | undefined => receiptOf(receipts, KEY)?.owed;

  it('is nothing for the first key that a vault hears of', () => {
    expect(owedBy(answered())).toEqual([]);
  });

  it('is another key than before', () => {
    const other = fingerprint('2222222222222222');
    const claim = {
      key: other,
      now: NOW,
      token: 't',
      reason: 'new-key',
      changes: [],
      circumstances: CIRCUMSTANCES,
    } as const;

    expect(receiptOf(claimQuestion(answered(), claim), other)?.owed).toEqual(['registration-key']);
  });

  it('is an answer that differs, and an outage that is over', () => {
    const refused = { ...VALID, verdict: 'invalid' } as const;
    const outage = recordFailure(claimed(answered(), NOW + DAY, 'day'), KEY, 't', fault());

    expect(owedBy(recordAnswer(claimed(answered(), NOW + DAY, 'day'), KEY, 't', VALID))).toEqual([]);
    expect(owedBy(recordAnswer(claimed(answered(), NOW + DAY, 'day'), KEY, 't', refused))).toEqual(['answer']);
    expect(owedBy(recordAnswer(claimed(outage, NOW + DAY, 'day'), KEY, 't', VALID))).toEqual(['reachable-again']);
  });
});
