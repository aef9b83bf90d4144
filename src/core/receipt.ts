import type { Fingerprint } from './brand.ts';

/** What a person is told about a question that did not end well. Nothing in it is secret. */
export interface ReceiptCause {
  /** Stable: `key-invalid`, `dns-not-found`, `tls-intercepted`, … */
  readonly code: string;
  readonly message: string;
  readonly try: string;
}

/** What GLPI Network said of a key when it was asked last. Texts are cleaned and cut. */
export interface ReceiptAnswer {
  /** RFC 3339, UTC; as all times here. */
  readonly at: string;
  readonly verdict: 'valid' | 'invalid' | 'subscription-not-running';
  /** Null where the key is valid. */
  readonly cause: ReceiptCause | null;
  readonly message: string | null;
  readonly owner: string | null;
  /** Of the subscription, as `endDate` is (`2026-01-31`). */
  readonly title: string | null;
  readonly endDate: string | null;
  /** How far the clock here was ahead of GLPI Network's (negative: behind), in ms; null when it was about right. */
  readonly clockSkew: number | null;
}

/** What may change around a key, so that GLPI Network is to be asked anew. */
export const CHANGES = ['registration-key', 'security-key', 'container', 'glpi-version'] as const;

export type Change = (typeof CHANGES)[number];

/**
 * How things stand around a key: one text for each, the same for as long as nothing changes; null where it is not known.
 * That of a container is its id, a space, and the time of its start.
 */
export type Circumstances = Readonly<Record<Change, string | null>>;

/** Why a question is asked. */
export type Reason = 'new-key' | 'changed' | 'day' | 'reachable-again' | 'operator';

/** The last question with the key in it. It is written down before it is asked. */
export interface Attempt {
  readonly at: string;
  /** Of the one who asks. */
  readonly token: string;
  readonly reason: Reason;
  /** `open` for longer than a question takes: whoever asked was killed on the way, and nobody knows what came of it. */
  readonly state: 'open' | 'answered' | 'failed';
}

/** Questions have failed since the last answer. */
export interface Trouble {
  readonly since: string;
  /** Questions and probes, in a row. */
  readonly failures: number;
  readonly cause: ReceiptCause;
  /** `http`: the connection stands, and what comes over it is no answer. */
  readonly level: 'connection' | 'http';
  /** When it is to be tried next whether GLPI Network can be reached; the key is not sent then. */
  readonly probeAt: string;
  /**
   * Whether a probe that succeeds means that something ended. It does not after a question that failed although a probe
   * had succeeded, until a probe fails.
   */
  readonly telling: boolean;
  /** A probe has succeeded, and that was telling: the question is due. */
  readonly over: boolean;
}

/** What GLPI has not been made to see yet. */
export type Owed = Change | 'answer' | 'reachable-again';

/** All that is kept of the questions about one registration key. */
export interface Receipt {
  readonly key: Fingerprint;
  readonly answer: ReceiptAnswer | null;
  readonly attempt: Attempt | null;
  readonly trouble: Trouble | null;
  /** The circumstances under which it was asked; newest last. */
  readonly seen: Readonly<Record<Change, readonly string[]>>;
  /** When a change of this kind was last the reason to ask. */
  readonly askedFor: Readonly<Record<Change, string | null>>;
  readonly owed: readonly Owed[];
  /** How often GLPI was tried to be made to see what is owed. */
  readonly refreshes: number;
}

/** By the time of the last question, the newest last. */
export type Receipts = readonly Receipt[];

const MOST_RECEIPTS = 20;

/** Of a key that was never asked about. */
export function blankReceipt(key: Fingerprint): Receipt {
  const seen = { 'registration-key': [], 'security-key': [], container: [], 'glpi-version': [] };
  const askedFor = { 'registration-key': null, 'security-key': null, container: null, 'glpi-version': null };
  return { key, answer: null, attempt: null, trouble: null, seen, askedFor, owed: [], refreshes: 0 };
}

export function receiptOf(receipts: Receipts, key: Fingerprint): Receipt | null {
  return receipts.find((each) => each.key === key) ?? null;
}

/** The receipts with this one as the newest; the oldest are let go. */
export function withReceipt(receipts: Receipts, receipt: Receipt): Receipts {
  return [...receipts.filter((each) => each.key !== receipt.key), receipt].slice(-MOST_RECEIPTS);
}
