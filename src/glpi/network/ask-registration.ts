import { EXIT, type ExitCode } from '../../core/exit-code.ts';
import type { Secret } from '../../core/secret.ts';
import { exitCodeOf, type NetworkCause } from './cause.ts';
import { clockSkew } from './clock-skew.ts';
import { explainBody, explainStatus, unusableAnswer } from './explain-reply.ts';
import { type RequestFacts, registrationHeaders } from './glpi-request.ts';
import { exchange, type Reply } from './http-exchange.ts';
import { overTheWay } from './over-the-way.ts';
import { type NetworkAnswer, readRegistrationAnswer } from './registration-answer.ts';
import type { Endpoint } from './registration-endpoint.ts';
import type { Way } from './way.ts';

export type { NetworkAnswer } from './registration-answer.ts';

export interface RegistrationRequest extends RequestFacts, Way {
  readonly endpoint: Endpoint;
  /** The clear key. */
  readonly key: Secret<string>;
}

/**
 * Asks GLPI Network about a registration key, with exactly the question that GLPI asks. The key is sent over a verified
 * connection alone, never after a redirect, and again only if nobody can have heard it. The HTTP status does not matter where
 * the body says whether the key is valid, as with GLPI.
 *
 * @returns never an error: what went wrong is the `cause`, and holds nothing secret
 * @throws the reason of `signal` when that is aborted
 */
export async function askRegistration(request: RegistrationRequest): Promise<NetworkAnswer> {
  const { key, endpoint, version } = request;
  const headers = registrationHeaders(request, key);
  if (!Object.values(headers).every(isSendable)) return { kind: 'failed', cause: unsendable() };
  const url = new URL(endpoint.infoUrl);
  const destination = { url, pingUrl: endpoint.pingUrl, source: endpoint.source, version };
  const outcome = await overTheWay(destination, request, async ({ socket, bodyLimit, signal, now }) => {
    const reply = await exchange(socket, { url, headers, bodyLimit, signal });
    const answer = answerOf(reply, url, key, now());
    return answer.kind === 'failed' ? answer : { kind: 'done', value: answer };
  });
  return outcome.kind === 'failed' ? outcome : outcome.value;
}

/** 0 for a key in force, 20 where the key is to blame, 21 where something is in the way. */
export function exitCodeOfAnswer(answer: NetworkAnswer): ExitCode {
  return answer.kind === 'valid' ? EXIT.done : exitCodeOf(answer.cause.code);
}

function answerOf(reply: Reply, url: URL, key: Secret<string>, now: number): NetworkAnswer {
  const { status } = reply;
  const json = status >= 300 && status < 400 ? undefined : parsed(reply);
  const answer = json === undefined ? null : readRegistrationAnswer(json, key, clockSkew(reply.headers.date, now), now);
  if (answer !== null) return answer;
  const obstacle = explainStatus(reply, url, now);
  if (obstacle !== null) return { kind: 'failed', cause: obstacle };
  const cause = json === undefined ? explainBody(reply, url.hostname) : unusableAnswer(url.hostname, status);
  return { kind: 'failed', cause };
}

/** Undefined where the body is not whole, not UTF-8 or not JSON: PHP's json_decode takes no less. */
function parsed({ body, ending }: Reply): unknown {
  if (ending !== 'whole') return undefined;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Visible ASCII and blanks: anything else cannot stand in a header, or not as it was meant (RFC 9110, 5.5). */
function isSendable(value: string): boolean {
  return /^[\x20-\x7e]+$/.test(value);
}

function unsendable(): NetworkCause {
  return {
    code: 'key-malformed',
    message: 'the registration key (or the uid sent with it) is empty or holds characters that cannot be sent',
    try: 'copy the key again from your account at GLPI Network, and set it with keykeeper registration set',
  };
}
