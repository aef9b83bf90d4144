import type { Fingerprint } from './brand.ts';
import {
  type Attempt,
  blankReceipt,
  CHANGES,
  type Change,
  type Circumstances,
  type Owed,
  type Reason,
  type Receipt,
  type ReceiptAnswer,
  type ReceiptCause,
  type Receipts,
  receiptOf,
  type Trouble,
  withReceipt,
} from './receipt.ts';

/** Whoever reads the receipts reads them anew under the vault's lease before changing them with these. Times are ms since 1970. */

const MOST_SEEN = 40;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Twice as long each time, in ms, from a minute to 40, and up to half as long again by chance: an hour at most. */
const LONGEST_BACKOFF = 40 * MINUTE;
/** GLPI Network may ask to be left alone for so long at most, in ms. */
const LONGEST_RETRY_AFTER = 24 * HOUR;
/** Clocks of several keepers differ by less than this, in ms. */
const CLOCK_TOLERANCE = HOUR;

export interface Claim {
  readonly key: Fingerprint;
  readonly now: number;
  readonly token: string;
  readonly reason: Reason;
  readonly changes: readonly Change[];
  readonly circumstances: Circumstances;
}

/** Written before the question is asked: nobody else asks meanwhile, and nobody asks again for the same change. */
export function claimQuestion(receipts: Receipts, claim: Claim): Receipts {
  const known = receiptOf(receipts, claim.key);
  const before = known ?? blankReceipt(claim.key);
  const at = isoTime(claim.now);
  const attempt: Attempt = { at, token: claim.token, reason: claim.reason, state: 'open' };
  const askedFor = { ...before.askedFor };
  for (const change of claim.changes) askedFor[change] = at;
  // The first key that a vault hears of is no news to GLPI; every other one is.
  const news: Owed[] = known === null && receipts.length > 0 ? ['registration-key'] : [];
  const changes = [...news, ...claim.changes];
  const trouble = before.trouble === null ? null : { ...before.trouble, over: false };
  const seen = withSeen(before.seen, claim.circumstances);
  return withReceipt(receipts, { ...before, attempt, askedFor, trouble, seen, ...owing(before, changes) });
}

/** GLPI Network said something of the key. */
export function recordAnswer(receipts: Receipts, key: Fingerprint, token: string, answer: ReceiptAnswer): Receipts {
  const before = receiptOf(receipts, key) ?? blankReceipt(key);
  const news: Owed[] = [];
  if (before.answer !== null && !saysTheSame(before.answer, answer)) news.push('answer');
  if (before.trouble !== null) news.push('reachable-again');
  const attempt = ended(before.attempt, token, 'answered');
  return withReceipt(receipts, { ...before, answer, attempt, trouble: null, ...owing(before, news) });
}

export interface Fault {
  readonly now: number;
  readonly cause: ReceiptCause;
  readonly level: Trouble['level'];
  /** How long GLPI Network asks to be left alone, in ms. */
  readonly retryAfter: number | null;
  /** From 0 to 1. */
  readonly random: number;
}

/** The question came to nothing. What was answered before stays. */
export function recordFailure(receipts: Receipts, key: Fingerprint, token: string, fault: Fault): Receipts {
  const before = receiptOf(receipts, key) ?? blankReceipt(key);
  const mine = before.attempt?.token === token ? before.attempt : null;
  const telling = mine?.reason === 'reachable-again' ? false : (before.trouble?.telling ?? true);
  const trouble = troubleAfter(before.trouble, fault, telling);
  return withReceipt(receipts, { ...before, attempt: ended(before.attempt, token, 'failed'), trouble });
}

/** Written before the probe: of several keepers one probes. */
export function claimProbe(receipts: Receipts, key: Fingerprint, now: number, random: number): Receipts {
  return changeTrouble(receipts, key, (trouble) => ({
    ...trouble,
    probeAt: nextProbe(trouble.failures + 1, now, random, null),
  }));
}

export function recordUnreachable(receipts: Receipts, key: Fingerprint, fault: Fault): Receipts {
  return changeTrouble(receipts, key, (trouble) => troubleAfter(trouble, fault, true));
}

export function recordReachable(receipts: Receipts, key: Fingerprint, now: number, random: number): Receipts {
  return changeTrouble(receipts, key, (trouble) => ({
    ...trouble,
    over: trouble.telling,
    probeAt: nextProbe(Number.POSITIVE_INFINITY, now, random, null),
  }));
}

/** GLPI was made to see `owed`, or was tried to be. */
export function recordRefresh(receipts: Receipts, key: Fingerprint, owed: readonly Owed[], done: boolean): Receipts {
  const before = receiptOf(receipts, key);
  if (before === null) return receipts;
  const left = done ? before.owed.filter((each) => !owed.includes(each)) : before.owed;
  const receipt = { ...before, owed: left, refreshes: done ? 0 : before.refreshes + 1 };
  return receipts.map((each) => (each === before ? receipt : each));
}

/**
 * The receipts under a clock that was set back: what lies in the future is taken to be now, so that it is neither asked
 * at once nor never again. The same receipts where nothing does.
 */
export function underClock(receipts: Receipts, now: number): Receipts {
  const changed = receipts.map((receipt) => receiptUnderClock(receipt, now));
  return changed.every((each, index) => each === receipts[index]) ? receipts : changed;
}

function receiptUnderClock(receipt: Receipt, now: number): Receipt {
  const future = (at: string, within: number) => Date.parse(at) > now + within;
  const { attempt, trouble, askedFor } = receipt;
  const late = attempt !== null && future(attempt.at, CLOCK_TOLERANCE);
  const lateProbe = trouble !== null && future(trouble.probeAt, LONGEST_RETRY_AFTER + CLOCK_TOLERANCE);
  const lateChanges = CHANGES.filter((change) => future(askedFor[change] ?? '', CLOCK_TOLERANCE));
  if (!late && !lateProbe && lateChanges.length === 0) return receipt;
  const at = isoTime(now);
  const corrected = { ...askedFor };
  for (const change of lateChanges) corrected[change] = at;
  return {
    ...receipt,
    attempt: late ? { ...attempt, at } : attempt,
    trouble: lateProbe ? { ...trouble, probeAt: at } : trouble,
    askedFor: corrected,
  };
}

function withSeen(seen: Receipt['seen'], circumstances: Circumstances): Receipt['seen'] {
  const added = { ...seen };
  for (const change of CHANGES) {
    const current = circumstances[change];
    if (current === null) continue;
    const others = seen[change].filter((each) => placeOf(change, each) !== placeOf(change, current));
    added[change] = [...others, current].slice(-MOST_SEEN);
  }
  return added;
}

/** Of a container, its latest start is kept. */
function placeOf(change: Change, text: string): string | undefined {
  return change === 'container' ? text.split(' ')[0] : text;
}

function owing(before: Receipt, news: readonly Owed[]): Pick<Receipt, 'owed' | 'refreshes'> {
  const added = news.filter((each) => !before.owed.includes(each));
  return { owed: [...before.owed, ...added], refreshes: news.length > 0 ? 0 : before.refreshes };
}

function ended(attempt: Attempt | null, token: string, state: 'answered' | 'failed'): Attempt | null {
  return attempt?.token === token ? { ...attempt, state } : attempt;
}

function troubleAfter(before: Trouble | null, fault: Fault, telling: boolean): Trouble {
  const failures = (before?.failures ?? 0) + 1;
  const probeAt = nextProbe(failures, fault.now, fault.random, fault.retryAfter);
  const { cause, level, now } = fault;
  return { since: before?.since ?? isoTime(now), failures, cause, level, probeAt, telling, over: false };
}

function changeTrouble(receipts: Receipts, key: Fingerprint, change: (trouble: Trouble) => Trouble): Receipts {
  return receipts.map((each) =>
    each.key === key && each.trouble !== null ? { ...each, trouble: change(each.trouble) } : each,
  );
}

function nextProbe(failures: number, now: number, random: number, retryAfter: number | null): string {
  const base = Math.min(LONGEST_BACKOFF, MINUTE * 2 ** (failures - 1));
  return isoTime(now + Math.max(base * (1 + random / 2), Math.min(retryAfter ?? 0, LONGEST_RETRY_AFTER)));
}

function saysTheSame(one: ReceiptAnswer, other: ReceiptAnswer): boolean {
  const members = ['verdict', 'message', 'owner', 'title', 'endDate'] as const;
  return members.every((member) => one[member] === other[member]);
}

function isoTime(at: number): string {
  return new Date(at).toISOString();
}
