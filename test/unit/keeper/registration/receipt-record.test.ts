import { describe, expect, it } from 'vitest';
import { fingerprint } from '../../../../src/core/brand.ts';
import { blankReceipt, type Receipt, type Receipts, withReceipt } from '../../../../src/core/receipt.ts';
import { Mismatch } from '../../../../src/core/shape.ts';
import { receiptsRecord, receiptsSchema } from '../../../../src/keeper/receipt-record.ts';

const KEY = fingerprint('1111111111111111');
const AT = '2026-03-01T12:00:00.000Z';
const CAUSE = { code: 'tcp-refused', message: 'nobody listens', try: 'look' };

const FULL: Receipt = {
  key: KEY,
  answer: {
    at: AT,
    verdict: 'invalid',
    cause: CAUSE,
    message: 'No such key.',
    owner: 'ACME',
    title: 'Standard',
    endDate: '2027-01-01',
    clockSkew: -400_000,
  },
  attempt: { at: AT, token: 'abc', reason: 'reachable-again', state: 'failed' },
  trouble: { since: AT, failures: 3, cause: CAUSE, level: 'http', probeAt: AT, telling: false, over: true },
  seen: { 'registration-key': ['row'], 'security-key': ['key'], container: ['c1 t'], 'glpi-version': ['10.0.17'] },
  askedFor: { 'registration-key': AT, 'security-key': null, container: AT, 'glpi-version': null },
  owed: ['registration-key', 'answer'],
  refreshes: 2,
};

describe('the receipts in the vault', () => {
  it('come back as they went in', () => {
    const receipts = [blankReceipt(fingerprint('2222222222222222')), FULL];

    const back = receiptsSchema()(JSON.parse(JSON.stringify(receiptsRecord(receipts))));

    expect(back).toEqual(receipts);
  });

  it.each([
    ['of another shape', { keys: [] }],
    ['with a time that is none', [{ ...FULL, attempt: { ...FULL.attempt, at: 'yesterday' } }]],
    ['of a key that is none', [{ ...FULL, key: 'x' }]],
  ])('are not believed %s', (_, value) => {
    expect(receiptsSchema()(value)).toBeInstanceOf(Mismatch);
  });

  it('are of twenty keys at most, the ones asked about last', () => {
    let receipts: Receipts = [];
    for (let number = 10; number < 40; number += 1) {
      receipts = withReceipt(receipts, blankReceipt(fingerprint(`${number}`.padEnd(16, '0'))));
    }

    expect(receipts).toHaveLength(20);
    expect(receipts.at(-1)?.key).toBe('3900000000000000');
    expect(receipts[0]?.key).toBe('2000000000000000');
  });
});
