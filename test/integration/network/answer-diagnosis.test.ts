import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { askRegistration, exitCodeOfAnswer } from '../../../src/glpi/network/ask-registration.ts';
import type { CauseCode, NetworkCause } from '../../../src/glpi/network/cause.ts';
import { type NetworkDouble, startNetworkDouble } from '../../stand-in/network/network-double.ts';
import { sha256 } from '../../stand-in/network/record.ts';
import type { Fault, KeyAnswer } from '../../stand-in/network/scene.ts';
import { expectNothingSecret, KEY, question } from './question.ts';

interface Misfortune {
  readonly name: string;
  readonly fault: Fault;
  readonly code: CauseCode;
  readonly says: RegExp;
  readonly advises: RegExp;
  readonly more?: Partial<NetworkCause>;
  readonly totalTimeout?: number;
}

const page = (title: string, body = ''): string =>
  `<!DOCTYPE html><html><head><title>${title}</title></head><body>${body}</body></html>`;
const status = (code: number, headers: Record<string, string> = {}, body = ''): Fault => {
  return { kind: 'status', status: code, headers, body };
};
const json = { 'content-type': 'application/json' };

const MISFORTUNES: readonly Misfortune[] = [
  {
    name: 'a server that never answers',
    fault: { kind: 'silent' },
    totalTimeout: 1500,
    code: 'answer-timeout',
    says: /did not answer it within 2 seconds/,
    advises: /later/,
  },
  {
    name: 'an answer that stops half-way',
    fault: { kind: 'stalled' },
    totalTimeout: 1500,
    code: 'answer-timeout',
    says: /did not answer it within/,
    advises: /later/,
  },
  {
    name: 'a connection that is closed without an answer',
    fault: { kind: 'drop' },
    code: 'connection-lost',
    says: /closed the connection without an answer/,
    advises: /filter/,
  },
  {
    name: 'a connection that is cut in the body',
    fault: { kind: 'cut' },
    code: 'answer-cut-off',
    says: /broke off after \d+ bytes/,
    advises: /MTU/,
  },
  {
    name: 'truncated JSON',
    fault: { kind: 'truncated' },
    code: 'answer-cut-off',
    says: /broke off after \d+ bytes/,
    advises: /later/,
  },
  {
    name: 'a huge answer',
    fault: { kind: 'huge', bytes: 3_000_000 },
    code: 'answer-too-large',
    says: /far larger.*262144 bytes/,
    advises: /address/,
  },
  {
    name: 'something that is not HTTP',
    fault: { kind: 'garbage' },
    code: 'not-http',
    says: /does not speak HTTP/,
    advises: /port/,
  },
  {
    name: 'HTML instead of JSON',
    fault: status(200, {}, page('Welcome to <nginx>')),
    code: 'not-json',
    says: /a web page: "Welcome to" instead of JSON \(200\)/,
    advises: /portal/,
  },
  {
    name: 'an answer that is empty',
    fault: status(204),
    code: 'not-json',
    says: /answered with nothing/,
    advises: /address/,
  },
  {
    name: 'JSON that is none',
    fault: status(200, json, "{'is_valid': true}"),
    code: 'not-json',
    says: /something that is not JSON/,
    advises: /address/,
  },
  {
    name: 'JSON without is_valid',
    fault: status(200, json, '{"message":"welcome"}'),
    code: 'unusable-answer',
    says: /did not say whether the key is valid/,
    advises: /address/,
  },
  {
    name: 'a web server that knows no such address',
    fault: status(404, json, '{"message":"not found"}'),
    code: 'unusable-answer',
    says: /\(404\)/,
    advises: /address/,
  },
  {
    name: 'a redirect on the same host',
    fault: status(301, { location: '/api/v2/registration/info' }),
    code: 'redirected',
    says: /redirects to services\.glpi-network\.com:\d+ \(301\), and the key is not sent/,
    advises: /KEYKEEPER_REGISTRATION_URL/,
  },
  {
    name: 'a redirect to a neighbour',
    fault: status(308, { location: 'https://eu.glpi-network.com/api/registration/info' }),
    code: 'redirected',
    says: /redirects to eu\.glpi-network\.com/,
    advises: /new address/,
  },
  {
    name: 'a redirect to somebody else',
    fault: status(302, { location: 'http://portal.hotel.example/login?from=x' }),
    code: 'captive-portal',
    says: /portal answers.*\(302\): "portal\.hotel\.example"/,
    advises: /log in/,
  },
  {
    name: 'a portal that says so',
    fault: status(511, {}, page('Guest Wi-Fi')),
    code: 'captive-portal',
    says: /\(511\): "Guest Wi-Fi"/,
    advises: /log in/,
  },
  {
    name: 'a portal that wants a password',
    fault: status(200, {}, page('Hotspot', '<form><input type="password"></form>')),
    code: 'captive-portal',
    says: /"Hotspot"/,
    advises: /without the portal/,
  },
  {
    name: 'a filter',
    fault: status(403, {}, page('Blocked: category \u001b[31mBusiness')),
    code: 'filtered',
    says: /filter forbids.*\(403\): "Blocked: category \[31mBusiness"/,
    advises: /allow https:\/\/services\.glpi-network\.com\/api\//,
    more: { status: 403 },
  },
  {
    name: 'too many questions, with seconds to wait',
    fault: status(429, { 'retry-after': '3600' }),
    code: 'rate-limited',
    says: /too often \(429\).*1 hour/,
    advises: /wait/,
    more: { retryAfter: 3_600_000 },
  },
  {
    name: 'too many questions, with a date that has passed',
    fault: status(429, { 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' }),
    code: 'rate-limited',
    says: /too often/,
    advises: /wait/,
    more: { retryAfter: 0 },
  },
  {
    name: 'a server that is being repaired',
    fault: status(503, { 'retry-after': 'soon' }),
    code: 'server-error',
    says: /cannot answer now \(503\)/,
    advises: /wait/,
    more: { status: 503 },
  },
  {
    name: 'a server with an error page',
    fault: status(500, {}, page('Oops')),
    code: 'server-error',
    says: /\(500\)/,
    advises: /wait/,
  },
];

describe('what GLPI Network answers', () => {
  let double: NetworkDouble;

  beforeAll(async () => {
    double = await startNetworkDouble();
  });
  beforeEach(() => double.reset());
  afterAll(() => double[Symbol.asyncDispose]());

  it.each(MISFORTUNES)('$name is told as $code, with exit code 21, and the key was sent once', async (misfortune) => {
    double.set({ fault: misfortune.fault });
    const patience = misfortune.totalTimeout === undefined ? {} : { totalTimeout: misfortune.totalTimeout };

    const answer = await askRegistration(question(double, patience));

    expect(answer).toMatchObject({ kind: 'failed', cause: { code: misfortune.code, ...misfortune.more } });
    if (answer.kind !== 'failed') return;
    expect(answer.cause.message).toMatch(misfortune.says);
    expect(answer.cause.try).toMatch(misfortune.advises);
    expect(exitCodeOfAnswer(answer)).toBe(21);
    expect(double.record.requests.map(({ keySha256 }) => keySha256)).toEqual([sha256(KEY)]);
    expectNothingSecret(answer);
  });

  it.each<{ said: KeyAnswer; kind: string; code: CauseCode; says: RegExp }>([
    { said: { kind: 'invalid' }, kind: 'invalid', code: 'key-invalid', says: /refuses the registration key: "The reg/ },
    { said: { kind: 'other-instance' }, kind: 'invalid', code: 'key-other-instance', says: /another instance/ },
    {
      said: { kind: 'invalid', message: `No key ${KEY}.` },
      kind: 'invalid',
      code: 'key-invalid',
      says: /No key \[redacted\]/,
    },
    {
      said: { kind: 'expired', days: 3 },
      kind: 'subscription-not-running',
      code: 'subscription-not-running',
      says: /"Lab subscription" ended on \d{4}-/,
    },
  ])('$said is told as $code, with exit code 20', async ({ said, kind, code, says }) => {
    double.set({ keys: { [sha256(KEY)]: said } });

    const answer = await askRegistration(question(double));

    expect(answer).toMatchObject({ kind, cause: { code, message: expect.stringMatching(says) } });
    expect(exitCodeOfAnswer(answer)).toBe(20);
    expectNothingSecret(answer);
  });

  it.each([400, 401, 403, 500])(
    'counts whatever the HTTP status (%d), where it says whether the key is valid',
    async (code) => {
      double.set({ fault: status(code, json, '{"is_valid":false}') });

      expect(await askRegistration(question(double))).toMatchObject({
        kind: 'invalid',
        cause: { code: 'key-invalid' },
      });
    },
  );

  it('does not count in a redirect', async () => {
    double.set({ fault: status(302, { ...json, location: '/elsewhere' }, '{"is_valid":true}') });

    expect(await askRegistration(question(double))).toMatchObject({ kind: 'failed', cause: { code: 'redirected' } });
  });
});
