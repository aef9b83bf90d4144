import { EXIT, type ExitCode } from '../../core/exit-code.ts';

/** Everything that can be said about a question to GLPI Network that did not end well. Codes never change. */
export type CauseCode =
  // the key
  | 'key-malformed'
  | 'key-invalid'
  | 'key-other-instance'
  | 'subscription-not-running'
  // what was asked for
  | 'endpoint-refused'
  | 'ca-file-unusable'
  // the way
  | 'dns-not-found'
  | 'dns-failed'
  | 'tcp-refused'
  | 'tcp-timeout'
  | 'tcp-unreachable'
  | 'connection-lost'
  | 'proxy-unsupported'
  | 'proxy-unreachable'
  | 'proxy-password'
  | 'proxy-refuses'
  | 'proxy-broken'
  | 'tls-timeout'
  | 'tls-handshake'
  | 'tls-untrusted'
  | 'tls-intercepted'
  | 'tls-wrong-host'
  | 'tls-expired'
  | 'tls-not-yet-valid'
  | 'clock-skew'
  // what came back
  | 'answer-timeout'
  | 'answer-cut-off'
  | 'answer-too-large'
  | 'not-http'
  | 'not-json'
  | 'unusable-answer'
  | 'redirected'
  | 'captive-portal'
  | 'filtered'
  | 'rate-limited'
  | 'server-error';

/** Whose certificate it is, each as one line (`CN=…, O=…`), with its validity (RFC 3339). */
export interface CertificateFacts {
  readonly subject: string;
  readonly issuer: string;
  readonly validFrom: string;
  readonly validTo: string;
}

/** One cause, with nothing secret in it. */
export interface NetworkCause {
  readonly code: CauseCode;
  /** A sentence that starts in lower case and names the place. */
  readonly message: string;
  /** What to do about it, in one line. */
  readonly try: string;
  /** HTTP status, GLPI Network's or the proxy's. */
  readonly status?: number;
  /** How long GLPI Network asks to be left alone, in ms. */
  readonly retryAfter?: number;
  readonly certificate?: CertificateFacts;
}

const OF_THE_KEY: ReadonlySet<CauseCode> = new Set<CauseCode>([
  'key-malformed',
  'key-invalid',
  'key-other-instance',
  'subscription-not-running',
]);

/** 20 where the key is to blame, 21 where something is in the way and the key may be fine. */
export function exitCodeOf(code: CauseCode): ExitCode {
  return OF_THE_KEY.has(code) ? EXIT.registration : EXIT.network;
}
