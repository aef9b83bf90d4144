import { CHANGES, type Change, type Circumstances, type Reason, type Receipt } from './receipt.ts';

/** What is to be done about a registration key now. */
export type Due =
  /** Ask GLPI Network. `changes`: what made it due, as far as changes did. */
  | { readonly kind: 'ask'; readonly reason: Reason; readonly changes: readonly Change[] }
  /** Try, without the key, whether GLPI Network can be reached. */
  | { readonly kind: 'probe'; readonly depth: 'connection' | 'ping' }
  /** Nothing before `until`, in ms since 1970, unless something changes. */
  | { readonly kind: 'wait'; readonly until: number };

export interface DueInput {
  /** Ms since 1970. */
  readonly now: number;
  /** Null: never asked about this key. */
  readonly receipt: Receipt | null;
  readonly circumstances: Circumstances;
  /** For how long they have been as they are, in ms: what changes together is asked about once. */
  readonly steadyFor: number;
  /** How long they must have been, in ms. */
  readonly settle: number;
}

export const DAY = 24 * 3_600_000;

/** A crash loop, or a fight over a row, is one change in this time, in ms. */
export const CHANGE_GAP = 15 * 60_000;

/** A question is over after this, in ms: who asked and has said nothing was killed. */
export const LONGEST_QUESTION = 3 * 60_000;

/**
 * Whether to ask. The key leaves at most once a day, once more for each change, and once more when GLPI Network could not
 * be reached and can be again, which is found out without the key. A question whose asker was killed may have been heard:
 * it counts as asked.
 */
export function registrationDue(input: DueInput): Due {
  const { now, receipt, settle, steadyFor } = input;
  const settled = now + Math.max(0, settle - steadyFor);
  if (receipt === null || receipt.attempt === null) {
    if (settled > now) return { kind: 'wait', until: settled };
    return { kind: 'ask', reason: 'new-key', changes: [] };
  }
  const { attempt, trouble } = receipt;
  const asked = Date.parse(attempt.at);
  if (attempt.state === 'open' && now < asked + LONGEST_QUESTION)
    return { kind: 'wait', until: asked + LONGEST_QUESTION };

  const changes = changesSince(receipt, input.circumstances).map((change) => ({
    change,
    at: readyAt(receipt, change),
  }));
  const ready = changes.filter(({ at }) => at <= now).map(({ change }) => change);
  if (ready.length > 0 && settled <= now) return { kind: 'ask', reason: 'changed', changes: ready };
  if (now >= asked + DAY) return { kind: 'ask', reason: 'day', changes: ready };
  if (trouble?.over === true) return { kind: 'ask', reason: 'reachable-again', changes: ready };
  const probe = trouble === null ? Number.POSITIVE_INFINITY : Date.parse(trouble.probeAt);
  if (trouble !== null && now >= probe) {
    return { kind: 'probe', depth: trouble.level === 'http' || !trouble.telling ? 'ping' : 'connection' };
  }
  return { kind: 'wait', until: Math.min(asked + DAY, probe, ...changes.map(({ at }) => Math.max(at, settled))) };
}

/** What is not as it was under any question so far. What was unknown then is no change. */
export function changesSince(receipt: Receipt, circumstances: Circumstances): Change[] {
  return CHANGES.filter((change) => {
    const current = circumstances[change];
    const seen = receipt.seen[change];
    return current !== null && seen.length > 0 && !seen.some((each) => covers(change, each, current));
  });
}

/** A question about a container that started later covers its earlier starts. */
function covers(change: Change, seen: string, current: string): boolean {
  if (change !== 'container') return seen === current;
  const [seenId, seenStart = ''] = seen.split(' ');
  const [id, start = ''] = current.split(' ');
  return seenId === id && seenStart >= start;
}

function readyAt(receipt: Receipt, change: Change): number {
  const last = receipt.askedFor[change];
  return last === null ? 0 : Date.parse(last) + CHANGE_GAP;
}
