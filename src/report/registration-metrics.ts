import { daysLeft } from '../core/findings-receipt.ts';
import type { CauseCode } from '../glpi/network/cause.ts';
import type { CheckState } from '../keeper/registration-check.ts';
import type { Metric } from './metrics.ts';

/** What is known of the registration key, in figures. */
export interface RegistrationFigures {
  readonly valid: boolean;
  /** Null where GLPI Network named no end. */
  readonly daysLeft: number | null;
  /** Unix time in seconds; null: never. */
  readonly lastAnswerAt: number | null;
  /** Questions with the key in them. */
  readonly requests: number;
  /** Why the last question did not end with a valid key; null where it did, or was not asked yet. */
  readonly cause: string | null;
}

/** Before anything is known, and where nothing is ever asked. */
export const NO_REGISTRATION: RegistrationFigures = {
  valid: false,
  daysLeft: null,
  lastAnswerAt: null,
  requests: 0,
  cause: null,
};

/** @param now ms since 1970 */
export function registrationFigures({ receipt, requests }: CheckState, now: number): RegistrationFigures {
  const answer = receipt?.answer ?? null;
  return {
    valid: answer?.verdict === 'valid',
    daysLeft: answer === null ? null : daysLeft(answer, now),
    lastAnswerAt: answer === null ? null : Date.parse(answer.at) / 1_000,
    requests,
    cause: receipt?.trouble?.cause.code ?? answer?.cause?.code ?? null,
  };
}

/** Kept as a record, which the compiler finds incomplete where a code is missing. */
const CAUSES: Readonly<Record<CauseCode, 1>> = {
  'key-malformed': 1,
  'key-invalid': 1,
  'key-other-instance': 1,
  'subscription-not-running': 1,
  'endpoint-refused': 1,
  'ca-file-unusable': 1,
  'dns-not-found': 1,
  'dns-failed': 1,
  'tcp-refused': 1,
  'tcp-timeout': 1,
  'tcp-unreachable': 1,
  'connection-lost': 1,
  'proxy-unsupported': 1,
  'proxy-unreachable': 1,
  'proxy-password': 1,
  'proxy-refuses': 1,
  'proxy-broken': 1,
  'tls-timeout': 1,
  'tls-handshake': 1,
  'tls-untrusted': 1,
  'tls-intercepted': 1,
  'tls-wrong-host': 1,
  'tls-expired': 1,
  'tls-not-yet-valid': 1,
  'clock-skew': 1,
  'answer-timeout': 1,
  'answer-cut-off': 1,
  'answer-too-large': 1,
  'not-http': 1,
  'not-json': 1,
  'unusable-answer': 1,
  redirected: 1,
  'captive-portal': 1,
  filtered: 1,
  'rate-limited': 1,
  'server-error': 1,
};

/** What Prometheus learns of the registration key. */
export const REGISTRATION_METRICS: readonly Metric[] = [
  {
    name: 'keykeeper_registration_valid',
    type: 'gauge',
    help: '1 if GLPI Network called the registration key valid when it answered last; 0 if it did not, or never answered.',
    labels: [],
    samples: ({ registration }) => [{ labels: {}, value: registration.valid ? 1 : 0 }],
  },
  {
    name: 'keykeeper_registration_days_left',
    type: 'gauge',
    help: 'Days until the subscription ends, negative after it; no series where GLPI Network named no end.',
    labels: [],
    samples: ({ registration }) =>
      registration.daysLeft === null ? [] : [{ labels: {}, value: registration.daysLeft }],
  },
  {
    name: 'keykeeper_registration_last_answer_timestamp_seconds',
    type: 'gauge',
    help: 'When GLPI Network answered last about this key, as Unix time; 0: never.',
    labels: [],
    samples: ({ registration }) => [{ labels: {}, value: registration.lastAnswerAt ?? 0 }],
  },
  {
    name: 'keykeeper_registration_requests_total',
    type: 'counter',
    help: 'Questions sent to GLPI Network with the key in them; those without it, whether it can be reached, not counted.',
    labels: [],
    samples: ({ registration }) => [{ labels: {}, value: registration.requests }],
  },
  {
    name: 'keykeeper_registration_check_failed',
    type: 'gauge',
    help: '1 for the reason why the last question did not end with a valid key, 0 for the others.',
    labels: ['cause'],
    samples: ({ registration }) =>
      Object.keys(CAUSES).map((cause) => ({ labels: { cause }, value: cause === registration.cause ? 1 : 0 })),
  },
];
