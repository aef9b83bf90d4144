import { randomBytes } from 'node:crypto';
import type { Settings } from '../config/settings.ts';
import type { Environment } from '../config/source.ts';
import type { Fingerprint } from '../core/brand.ts';
import { Failure } from '../core/failure.ts';
import type { Finding } from '../core/finding.ts';
import { receiptFindings } from '../core/findings-receipt.ts';
import { blankReceipt, receiptOf } from '../core/receipt.ts';
import { claimQuestion } from '../core/receipt-changes.ts';
import { changesSince } from '../core/registration-due.ts';
import type { RegistrationRequest } from '../glpi/network/ask-registration.ts';
import type { NetworkCause } from '../glpi/network/cause.ts';
import type { NetworkAnswer } from '../glpi/network/registration-answer.ts';
import { type Asking, askNow, receiptAnswerOf } from './ask-now.ts';
import { readCheckFacts } from './check-facts.ts';
import { type CheckSubject, subjectOf } from './check-subject.ts';
import type { NetworkPort } from './network-port.ts';
import { prepareQuestion, type Question } from './prepare-question.ts';
import type { ReceiptBook } from './receipt-book.ts';
import type { Reconciliation } from './reconcile.ts';
import { vaultFinding } from './vault-finding.ts';

/** What came of asking, because a person wanted it, whether GLPI Network calls the registration key valid. */
export type Validation =
  | {
      readonly kind: 'asked';
      readonly key: Fingerprint;
      readonly request: RegistrationRequest | null;
      readonly answer: NetworkAnswer;
      readonly findings: readonly Finding[];
    }
  /** Only shown; nothing left. */
  | { readonly kind: 'shown'; readonly key: Fingerprint; readonly request: RegistrationRequest }
  /** Where not even the question can be put: the address or a setting is wrong. */
  | { readonly kind: 'refused'; readonly key: Fingerprint; readonly cause: NetworkCause }
  | { readonly kind: 'no-key' }
  | { readonly kind: 'no-uid'; readonly key: Fingerprint }
  | { readonly kind: 'database-silent'; readonly message: string };

export interface ValidationParts {
  readonly settings: Settings;
  readonly environment: Environment;
  readonly book: ReceiptBook;
  readonly network: NetworkPort;
  /** What was found just now. */
  readonly result: Reconciliation;
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
}

/** How often one question is tried, as far as nobody can have heard it. */
const ATTEMPTS = 3;

/**
 * Asks now, whatever was asked before; the answer is kept where the vault takes it, so that a watch beside knows it too.
 *
 * @throws the reason of the signal
 */
export async function validateRegistration(parts: ValidationParts): Promise<Validation> {
  const { settings, environment, result, dryRun, signal } = parts;
  const subject = subjectOf(result, settings);
  const { database } = result.after.pass.observation;
  if (subject === 'unknown') {
    const message = database.kind === 'unreachable' ? database.message : 'the database does not answer';
    return { kind: 'database-silent', message };
  }
  if (subject === null) {
    const nameless = database.kind === 'answers' && database.identity.glpiNetworkUuid === null;
    const key = nameless ? database.registration : null;
    return key === null ? { kind: 'no-key' } : { kind: 'no-uid', key };
  }
  const reading = await readCheckFacts(subject, signal);
  if (reading.kind === 'unreachable') return { kind: 'database-silent', message: reading.message };
  if (reading.kind === 'moved') return { kind: 'no-key' };
  const { key, localDefine } = subject;
  if (reading.facts.uid === null) return { kind: 'no-uid', key };
  const question = await prepareQuestion({ settings, environment, facts: reading.facts, localDefine });
  if (question.kind === 'refused') return { kind: 'refused', key, cause: question.cause };
  if (dryRun) return { kind: 'shown', key, request: question.request };
  return await ask(subject, question, parts);
}

async function ask(subject: CheckSubject, question: Question, parts: ValidationParts): Promise<Validation> {
  const { network, signal } = parts;
  const { key, circumstances } = subject;
  const token = randomBytes(8).toString('hex');
  const findings: Finding[] = [];
  const book = forgiving(parts.book, (failure) => findings.push(vaultFinding(failure, 'warning')));
  await book.change((receipts) => {
    const receipt = receiptOf(receipts, key);
    const changes = receipt === null ? [] : changesSince(receipt, circumstances);
    return claimQuestion(receipts, { key, now: Date.now(), token, reason: 'operator', changes, circumstances });
  }, signal);
  const clock = { now: () => Date.now(), random: () => Math.random() };
  const asking: Asking = { book, network, question, attempts: ATTEMPTS, signal, ...clock };
  const answer = await askNow({ key, token }, asking);
  const request = question.kind === 'question' ? question.request : null;
  return { kind: 'asked', key, request, answer, findings: [...findings, ...besides(answer, key)] };
}

/** What an answer tells beside its verdict: a subscription that ends soon, a clock that is wrong. */
function besides(answer: NetworkAnswer, key: Fingerprint): Finding[] {
  if (answer.kind === 'failed') return [];
  const now = Date.now();
  return receiptFindings({ ...blankReceipt(key), answer: { ...receiptAnswerOf(answer, now), cause: null } }, now);
}

/** A person gets the answer even where no vault takes it. The first failure is told, and then it is not tried again. */
function forgiving(book: ReceiptBook, onFailure: (failure: Failure) => void): ReceiptBook {
  let broken = false;
  return {
    read: () => book.read(),
    async change(change, signal) {
      if (broken) return [];
      try {
        return await book.change(change, signal);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        broken = true;
        onFailure(error);
        return [];
      }
    },
  };
}
