import type { ReceiptAnswer, ReceiptCause, Trouble } from '../core/receipt.ts';
import { type Claim, type Fault, recordAnswer, recordFailure } from '../core/receipt-changes.ts';
import type { CauseCode, NetworkCause } from '../glpi/network/cause.ts';
import type { NetworkAnswer } from '../glpi/network/registration-answer.ts';
import type { NetworkPort } from './network-port.ts';
import type { Question } from './prepare-question.ts';
import type { ReceiptBook } from './receipt-book.ts';

/** Faults of what came back over a connection that stood: only an HTTP answer can tell that they are over. */
const OF_HTTP: ReadonlySet<CauseCode> = new Set<CauseCode>([
  'answer-timeout',
  'answer-cut-off',
  'answer-too-large',
  'not-http',
  'not-json',
  'unusable-answer',
  'redirected',
  'captive-portal',
  'filtered',
  'rate-limited',
  'server-error',
]);

export interface Asking {
  readonly book: ReceiptBook;
  readonly network: NetworkPort;
  readonly question: Question;
  /** Tries of one question, as far as nobody can have heard it. */
  readonly attempts: number;
  readonly now: () => number;
  readonly random: () => number;
  readonly signal: AbortSignal;
}

/**
 * Asks GLPI Network, and writes down what it said. The question was claimed before (receipt-changes.ts): killed on the way,
 * it counts as asked. A failure changes nothing of an answer that was had before.
 *
 * @throws the reason of the signal, or a Failure `vault-…` where what was said cannot be written down
 */
export async function askNow(claim: Pick<Claim, 'key' | 'token'>, asking: Asking): Promise<NetworkAnswer> {
  const { book, now, random, signal } = asking;
  const answer = await answerOf(asking);
  await book.change((receipts) => {
    if (answer.kind === 'failed') {
      return recordFailure(receipts, claim.key, claim.token, faultOf(answer.cause, now(), random()));
    }
    return recordAnswer(receipts, claim.key, claim.token, receiptAnswerOf(answer, now()));
  }, signal);
  return answer;
}

async function answerOf({ network, question, attempts, signal }: Asking): Promise<NetworkAnswer> {
  if (question.kind === 'refused') return { kind: 'failed', cause: question.cause };
  return await network.ask({ ...question.request, attempts, signal });
}

export function faultOf(cause: NetworkCause, now: number, random: number): Fault {
  return { now, random, cause: plainCause(cause), level: levelOf(cause), retryAfter: cause.retryAfter ?? null };
}

function levelOf({ code }: NetworkCause): Trouble['level'] {
  return OF_HTTP.has(code) ? 'http' : 'connection';
}

/** What is kept of an answer. `now`: ms since 1970. */
export function receiptAnswerOf(answer: Exclude<NetworkAnswer, { kind: 'failed' }>, now: number): ReceiptAnswer {
  return {
    at: new Date(now).toISOString(),
    verdict: answer.kind,
    cause: answer.kind === 'valid' ? null : plainCause(answer.cause),
    message: answer.validationMessage,
    owner: answer.owner,
    title: answer.subscription?.title ?? null,
    endDate: answer.subscription?.endDate ?? null,
    clockSkew: answer.clockSkew,
  };
}

function plainCause({ code, message, try: hint }: NetworkCause): ReceiptCause {
  return { code, message, try: hint };
}
