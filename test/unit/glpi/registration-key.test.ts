import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isRegistrationKey, registrationFingerprint } from '../../../src/glpi/registration-key.ts';
import { readRecordings } from './read-fixture.ts';

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64');

describe('a registration key', () => {
  it('is known by its form: every recorded one', () => {
    const recorded = readRecordings()
      .flatMap(({ rows_before }) => rows_before)
      .filter(({ name }) => name === 'glpinetwork_registration_key')
      .map(({ plaintext_base64 }) => Buffer.from(plaintext_base64 ?? '', 'base64').toString('utf8'));

    expect(recorded.length).toBe(24);
    expect(recorded.every(isRegistrationKey)).toBe(true);
  });

  it('may come wrapped or with a newline, as it is pasted', () => {
    const key = base64({ owner: 'ACME', signature: 'x'.repeat(90) });

    expect(isRegistrationKey(`${key.replace(/.{40}/g, '$&\n')}\n`)).toBe(true);
  });

  it.each([
    ['nothing', ''],
    ['no base64', 'not a key!'],
    ['no JSON', Buffer.from('signature').toString('base64')],
    ['no object', base64(['signature'])],
    ['a text in JSON', base64('signature')],
    ['a number in JSON', base64(7)],
    ['one with something before it', `!${base64({ signature: 'x' })}`],
    ['one with something behind it', `${base64({ signature: 'x' })}!`],
    ['null', base64(null)],
    ['no signature', base64({ owner: 'ACME' })],
  ])('is not %s', (_, text) => {
    expect(isRegistrationKey(text)).toBe(false);
  });

  it('has a domain-separated fingerprint of its own', () => {
    const expected = createHash('sha256').update('keykeeper/registration-key/v1\0abc').digest('hex').slice(0, 16);

    expect(registrationFingerprint('abc')).toBe(expected);
  });
});
