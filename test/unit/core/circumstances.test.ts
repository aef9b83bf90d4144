import { describe, expect, it } from 'vitest';
import { fingerprint } from '../../../src/core/brand.ts';
import { type Chronicle, extendChronicle, type VerdictEntry } from '../../../src/core/chronicle.ts';
import { circumstancesAround } from '../../../src/core/circumstances.ts';
import type { Circumstances, Receipts } from '../../../src/core/receipt.ts';
import { receiptOf } from '../../../src/core/receipt.ts';
import { claimQuestion } from '../../../src/core/receipt-changes.ts';
import { DAY, LONGEST_QUESTION, registrationDue } from '../../../src/core/registration-due.ts';

const LIVE = fingerprint('aaaaaaaaaaaaaaaa');
const OLD = fingerprint('1111111111111111');
const NEW = fingerprint('2222222222222222');
const NOW = Date.parse('2026-03-01T12:00:00Z');

function time(minute: number): string {
  return new Date(NOW + minute * 60_000).toISOString();
}

function sound(minute: number): VerdictEntry {
  return { at: time(minute), verdict: 'sound', fingerprint: LIVE };
}

function missing(minute: number, atGate: boolean): VerdictEntry {
  return { at: time(minute), verdict: 'missing', fingerprint: null, ...(atGate ? { gate: true } : {}) };
}

function around(chronicle: Chronicle, minute: number, replicated: boolean): Circumstances {
  const container = { id: `container of minute ${minute}`, startedAt: time(minute) };
  const found = { row: 'row', live: LIVE, chronicle, verdict: sound(minute), container, version: '11.0.6' };
  return circumstancesAround({ ...found, replicated });
}

/** Replicas that start half an hour apart, each in an empty directory; each looks, and asks where that is due. */
function startThree(replicated: boolean, keyOf: (replica: number) => typeof OLD): number {
  let chronicle: Chronicle = [];
  let receipts: Receipts = [];
  let questions = 0;
  for (const replica of [0, 1, 2]) {
    const minute = replica * 30;
    chronicle = [missing(minute, true), sound(minute + 1)].reduce(extendChronicle, chronicle);
    const circumstances = around(chronicle, minute + 2, replicated);
    const key = keyOf(replica);
    const now = NOW + (minute + 2) * 60_000;
    const due = registrationDue({ now, receipt: receiptOf(receipts, key), circumstances, steadyFor: 1, settle: 1 });
    if (due.kind !== 'ask') continue;
    questions += 1;
    receipts = claimQuestion(receipts, { ...due, key, now, token: 't', circumstances });
  }
  return questions;
}

describe('the circumstances of a registration key where GLPI is replicated', () => {
  it('are the same for three replicas that start one after the other: one question in a day', () => {
    expect(90 * 60_000).toBeLessThan(DAY);
    expect(30 * 60_000).toBeGreaterThan(LONGEST_QUESTION);
    expect(startThree(true, () => OLD)).toBe(1);
  });

  it('make one more question in all when the key is another one', () => {
    expect(startThree(true, (replica) => (replica === 0 ? OLD : NEW))).toBe(2);
  });

  it('change when the key is put back beside a GLPI that runs', () => {
    const before = [sound(0)];
    const restored = [...before, missing(5, false), sound(6)];

    expect(around(restored, 7, true)).not.toEqual(around(before, 7, true));
    expect(around(restored, 9, true)).toEqual(around(restored, 7, true));
  });
});

describe('the circumstances of a registration key of a single GLPI', () => {
  it('change with its container, and with a key that was restored before it ran', () => {
    const restored = [sound(0), missing(5, true), sound(6)];

    expect(around(restored, 7, false).container).not.toBe(around(restored, 8, false).container);
    expect(around(restored, 7, false)['security-key']).toBe(`${LIVE} ${time(6)}`);
    expect(startThree(false, () => OLD)).toBe(3);
  });
});
