import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { format, inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/core/failure.ts';
import { Secret } from '../../../src/core/secret.ts';

const TEXT = 'hunter2-hunter2';

/** What a console writes for `values`. */
function printed(...values: unknown[]): string {
  let text = '';
  const stream = new Writable({
    write(chunk, _, done) {
      text += String(chunk);
      done();
    },
  });
  new Console({ stdout: stream, stderr: stream }).log(...values);
  return text;
}

describe.each<[string, unknown, readonly string[]]>([
  ['a text', TEXT, [TEXT]],
  [
    'bytes',
    Buffer.from(TEXT),
    [TEXT, Buffer.from(TEXT).toString('hex'), '68 75 6e', '104,117', Buffer.from(TEXT).toString('base64')],
  ],
  ['an object', { password: TEXT }, [TEXT, 'password']],
])('a secret that is %s', (_, value, traces) => {
  const secret = new Secret(value);

  it.each<[string, () => string]>([
    ['String()', () => String(secret)],
    ['a template literal', () => `${secret}`],
    ['joining', () => ['it is', secret].join(' ')],
    ['JSON.stringify', () => JSON.stringify({ secret, list: [secret] })],
    ['util.inspect', () => inspect(secret)],
    [
      'util.inspect with hidden members, at any depth',
      () => inspect({ a: { b: [secret] } }, { showHidden: true, depth: null }),
    ],
    ['util.inspect with proxies and getters', () => inspect(secret, { showProxy: true, getters: true })],
    ['%s, %o, %O, %j and %d of format', () => format('%s %o %O %j %d', secret, secret, secret, secret, secret)],
    ['console.log', () => printed(secret, { secret }, new Map([['key', secret]]), new Set([secret]))],
    ['console.log with a format', () => printed('%s %o %j', secret, secret, secret)],
    ['an error whose cause holds it', () => inspect(new Error('failed', { cause: { secret } }), { depth: null })],
    [
      'a failure whose cause holds it',
      () => inspect(new Failure('refused', 'no', { cause: secret }), { depth: null, showHidden: true }),
    ],
    [
      'its members',
      () => [...Object.keys(secret), ...Object.values(secret), ...Reflect.ownKeys(secret)].map(String).join(),
    ],
    ['a copy by spreading', () => JSON.stringify({ ...secret })],
    ['a locale string', () => secret.toLocaleString()],
  ])('is not shown by %s', (_printer, print) => {
    const shown = print();

    for (const trace of traces) expect(shown).not.toContain(trace);
  });

  it('is given by reveal alone', () => {
    expect(secret.reveal()).toBe(value);
  });
});

describe('a secret', () => {
  it('prints that something was left out', () => {
    const secret = new Secret(TEXT);

    expect([String(secret), JSON.stringify(secret), inspect(secret)]).toEqual([
      '[redacted]',
      '"[redacted]"',
      '[redacted]',
    ]);
  });
});
