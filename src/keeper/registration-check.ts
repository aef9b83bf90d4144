import { randomBytes } from 'node:crypto';
import type { Settings } from '../config/settings.ts';
import type { Environment } from '../config/source.ts';
import type { Fingerprint } from '../core/brand.ts';
import type { Finding } from '../core/finding.ts';
import { receiptFindings } from '../core/findings-receipt.ts';
import { type Owed, type Receipt, type Receipts, receiptOf } from '../core/receipt.ts';
import {
  claimProbe,
  claimQuestion,
  recordReachable,
  recordRefresh,
  recordUnreachable,
  underClock,
} from '../core/receipt-changes.ts';
import { type Due, registrationDue } from '../core/registration-due.ts';
import type { KeySeen } from '../glpi/console.ts';
import type { RegistrationRequest } from '../glpi/network/ask-registration.ts';
import type { NetworkCause } from '../glpi/network/cause.ts';
import type { NetworkAnswer } from '../glpi/network/registration-answer.ts';
import { askNow, faultOf } from './ask-now.ts';
import type { CheckFacts, FactsReading } from './check-facts.ts';
import type { CheckSubject } from './check-subject.ts';
import type { NetworkPort } from './network-port.ts';
import { prepareQuestion, type Question } from './prepare-question.ts';
import type { ReceiptBook } from './receipt-book.ts';

/** GLPI was made to ask anew, or it was not possible, which the findings then say. */
export interface RefreshOutcome {
  /** False: it may work a moment later. */
  readonly final: boolean;
  /** Whether GLPI takes its key for valid now. */
  readonly seen: KeySeen;
  /** What was done, for people. */
  readonly detail: string;
  readonly findings: readonly Finding[];
}

/** What the check did, for the log. */
export type CheckEvent =
  | { readonly kind: 'asked'; readonly key: Fingerprint; readonly reason: string; readonly answer: NetworkAnswer }
  | { readonly kind: 'probed'; readonly key: Fingerprint; readonly cause: NetworkCause | null }
  | { readonly kind: 'refreshed'; readonly key: Fingerprint; readonly owed: readonly Owed[]; readonly detail: string };

export interface CheckParts {
  readonly settings: Settings;
  readonly environment: Environment;
  readonly book: ReceiptBook;
  readonly network: NetworkPort;
  readonly readFacts: (subject: CheckSubject, signal: AbortSignal) => Promise<FactsReading>;
  /** Makes GLPI forget what it was told of its key, and ask again; null where nothing can. */
  readonly refresh: ((facts: CheckFacts, receipt: Receipt, signal: AbortSignal) => Promise<RefreshOutcome>) | null;
  /** Ms since 1970. */
  readonly now: () => number;
  /** Ms of a clock that never goes back. */
  readonly monotonic: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly onEvent: (event: CheckEvent) => void;
}

/** What the check knows. */
export interface CheckState {
  /** Of the registration key that GLPI has; null where it has none, or nobody has looked yet. */
  readonly key: Fingerprint | null;
  readonly receipt: Receipt | null;
  /** Whether GLPI itself took its key for valid when it was looked at last. */
  readonly seenByGlpi: KeySeen;
  /** Questions with a key in them since the process started. */
  readonly requests: number;
  readonly findings: readonly Finding[];
}

const MINUTE = 60_000;
/** After a database that did not answer, or an uid that GLPI has not made yet, in ms. */
const FACTS_RETRY = 5 * MINUTE;
/** Between two tries to make GLPI see an answer, in ms, and how many there are. */
const REFRESH_GAP = 15 * MINUTE;
const MOST_REFRESHES = 3;

/**
 * Asks GLPI Network about the registration key when that is due, beside the reconciles and never at the gate. Every
 * question is claimed in the vault before it is asked, so that of several keepers one asks, and none asks again after it
 * was killed.
 */
export class RegistrationCheck {
  readonly #parts: CheckParts;
  #subject: CheckSubject | null = null;
  #circumstances = '';
  /** Monotonic, in ms: for how long the circumstances have been as they are. */
  #steadySince = 0;
  #receipts: Receipts = [];
  /** The receipts were changed here since the last pass ended: the one on its way may have read older ones. */
  #newer = false;
  #refreshAfter = Number.NEGATIVE_INFINITY;
  #requests = 0;
  #findings: readonly Finding[] = [];
  #seenByGlpi: KeySeen = 'unknown';

  constructor(parts: CheckParts) {
    this.#parts = parts;
  }

  /**
   * Takes what a pass found.
   *
   * @param receipts as the vault held them when the pass looked
   */
  take(subject: CheckSubject | 'unknown' | null, receipts: Receipts): void {
    if (subject === 'unknown') return;
    if (!this.#newer) this.#receipts = receipts;
    this.#newer = false;
    this.#subject = subject;
    const circumstances = JSON.stringify([subject?.key, subject?.circumstances]);
    if (circumstances === this.#circumstances) return;
    this.#circumstances = circumstances;
    this.#steadySince = this.#parts.monotonic();
  }

  state(): CheckState {
    const key = this.#subject?.key ?? null;
    const receipt = key === null ? null : receiptOf(this.#receipts, key);
    const findings = receipt === null ? [] : [...receiptFindings(receipt, this.#parts.now()), ...this.#findings];
    return { key, receipt, seenByGlpi: this.#seenByGlpi, requests: this.#requests, findings };
  }

  /**
   * Does what is due.
   *
   * @returns how long nothing will be due, in ms, unless a pass finds something new
   * @throws the reason of the signal, or a Failure `vault-…`
   */
  async step(signal: AbortSignal): Promise<number> {
    const subject = this.#subject;
    if (subject === null) return Number.POSITIVE_INFINITY;
    const { now } = this.#parts;
    const due = this.#due(subject, this.#receipts);
    if (due.kind === 'wait' && !this.#owes(subject) && underClock(this.#receipts, now()) === this.#receipts) {
      return due.until - now();
    }
    const reading = await this.#parts.readFacts(subject, signal);
    if (reading.kind === 'moved') return Number.POSITIVE_INFINITY;
    if (reading.kind === 'unreachable' || reading.facts.uid === null) return FACTS_RETRY;
    const { settings, environment } = this.#parts;
    const { facts } = reading;
    const question = await prepareQuestion({ settings, environment, facts, localDefine: subject.localDefine });
    await this.#act(subject, facts, question, signal);
    const next = this.#due(subject, this.#receipts);
    return next.kind === 'wait' ? next.until - now() : 0;
  }

  async #act(subject: CheckSubject, facts: CheckFacts, question: Question, signal: AbortSignal): Promise<void> {
    const token = randomBytes(8).toString('hex');
    const due = await this.#claim(subject, token, signal);
    if (due.kind === 'ask') await this.#ask(subject, due, token, question, signal);
    if (due.kind === 'probe') await this.#probe(subject, due.depth, question, signal);
    if (this.#owes(subject)) await this.#refresh(subject, facts, signal);
  }

  #due({ circumstances, key }: CheckSubject, receipts: Receipts): Due {
    const { now, monotonic, settings } = this.#parts;
    const steadyFor = monotonic() - this.#steadySince;
    const receipt = receiptOf(receipts, key);
    return registrationDue({ now: now(), receipt, circumstances, steadyFor, settle: settings.settle });
  }

  /** Looks again at what is due, at the receipts as they are under the lease, and writes down that it will be done. */
  async #claim(subject: CheckSubject, token: string, signal: AbortSignal): Promise<Due> {
    const { now, random } = this.#parts;
    const { key, circumstances } = subject;
    const claimed: { due: Due } = { due: { kind: 'wait', until: now() } };
    await this.#change((held) => {
      const at = now();
      const receipts = underClock(held, at);
      const due = this.#due(subject, receipts);
      claimed.due = due;
      switch (due.kind) {
        case 'ask': {
          const { reason, changes } = due;
          return claimQuestion(receipts, { key, now: at, token, reason, changes, circumstances });
        }
        case 'probe':
          return claimProbe(receipts, key, at, random());
        case 'wait':
          return receipts;
      }
    }, signal);
    return claimed.due;
  }

  async #ask(
    { key }: CheckSubject,
    { reason }: Extract<Due, { kind: 'ask' }>,
    token: string,
    question: Question,
    signal: AbortSignal,
  ): Promise<void> {
    const { book, network, now, random, onEvent } = this.#parts;
    if (question.kind === 'question') this.#requests += 1;
    // By now GLPI has forgotten what it was told, too.
    if (reason === 'day') this.#findings = [];
    // Once: whether it is worth another try is found out without the key.
    const asking = { network, question, attempts: 1, now, random, signal, book: this.#through(book) };
    const answer = await askNow({ key, token }, asking);
    onEvent({ kind: 'asked', key, reason, answer });
  }

  async #probe(
    { key }: CheckSubject,
    depth: 'connection' | 'ping',
    question: Question,
    signal: AbortSignal,
  ): Promise<void> {
    const { network, now, random, onEvent } = this.#parts;
    const answer =
      question.kind === 'refused'
        ? ({ kind: 'unreachable', cause: question.cause } as const)
        : await network.probe({ ...keyless(question.request), depth, attempts: 1, signal });
    const cause = answer.kind === 'unreachable' ? answer.cause : null;
    await this.#change((receipts) => {
      if (cause === null) return recordReachable(receipts, key, now(), random());
      return recordUnreachable(receipts, key, faultOf(cause, now(), random()));
    }, signal);
    onEvent({ kind: 'probed', key, cause });
  }

  /** Whether GLPI is to be made to see something now. */
  #owes({ key }: CheckSubject): boolean {
    const receipt = receiptOf(this.#receipts, key);
    if (this.#parts.refresh === null || receipt?.attempt?.state !== 'answered') return false;
    if (receipt.owed.length === 0 || receipt.refreshes >= MOST_REFRESHES) return false;
    return this.#parts.monotonic() >= this.#refreshAfter;
  }

  /** Counted before it is tried: a keeper that is killed each time does not try for ever. */
  async #refresh({ key }: CheckSubject, facts: CheckFacts, signal: AbortSignal): Promise<void> {
    const { monotonic, refresh, onEvent } = this.#parts;
    const receipt = receiptOf(this.#receipts, key);
    if (receipt === null || refresh === null) return;
    const { owed } = receipt;
    await this.#change((receipts) => recordRefresh(receipts, key, owed, false), signal);
    this.#refreshAfter = monotonic() + REFRESH_GAP;
    const { final, detail, seen, findings } = await refresh(facts, receipt, signal);
    this.#findings = findings;
    this.#seenByGlpi = seen;
    if (final) {
      await this.#change((receipts) => recordRefresh(receipts, key, owed, true), signal);
      this.#refreshAfter = Number.NEGATIVE_INFINITY;
    }
    onEvent({ kind: 'refreshed', key, owed, detail });
  }

  async #change(change: (receipts: Receipts) => Receipts, signal: AbortSignal): Promise<Receipts> {
    return await this.#through(this.#parts.book).change(change, signal);
  }

  /** The same book; what it holds after a change is remembered. */
  #through(book: ReceiptBook): ReceiptBook {
    return {
      read: () => book.read(),
      change: async (change, signal) => {
        this.#receipts = await book.change(change, signal);
        this.#newer = true;
        return this.#receipts;
      },
    };
  }
}

function keyless({ endpoint, version, proxy, caFile }: RegistrationRequest) {
  return { endpoint, version, proxy, caFile };
}
