import { describe, expect, it } from 'vitest';
import { Secret } from '../../../../src/core/secret.ts';
import { readRegistrationAnswer } from '../../../../src/glpi/network/registration-answer.ts';
import valid from '../../../fixtures/registration-info-valid.json' with { type: 'json' };

const KEY = Buffer.from('{"owner":"ACME","signature":"+/~\\u00ff??>>"}').toString('base64');
const NOW = Date.parse('2026-11-24T23:59:59Z');

function read(value: unknown) {
  return readRegistrationAnswer(value, new Secret(KEY), null, NOW);
}

describe('an answer about a key', () => {
  it('is read in full', () => {
    expect(read(valid)).toEqual({
      kind: 'valid',
      validationMessage: null,
      owner: 'ACME Lab',
      subscription: {
        title: 'Lab subscription',
        running: true,
        beginDate: '2026-01-01',
        endDate: '2027-01-01',
        daysLeft: 38,
      },
      clockSkew: null,
    });
  });

  it.each([true, 1, -1, 'false', 'no', [0], { a: 0 }])('counts %j as valid, as PHP does', (isValid) => {
    expect(read({ is_valid: isValid })?.kind).toBe('valid');
  });

  it.each([false, null, 0, '', '0', [], {}])('counts %j as invalid, as PHP does', (isValid) => {
    expect(read({ ...valid, is_valid: isValid })?.kind).toBe('invalid');
  });

  it.each([null, true, 'is_valid', ['is_valid'], {}, { valid: true }])('says nothing when it is %j', (value) => {
    expect(read(value)).toBeNull();
  });

  it.each([
    [{ subscription: null }, null],
    [{ subscription: 'x' }, null],
    [{ subscription: {} }, { title: null, running: null, beginDate: null, endDate: null, daysLeft: null }],
    [
      { subscription: { title: 7, begin_date: '2026-13-01', end_date: '2026-11-24 10:00:00', is_running: 1 } },
      { title: null, running: true, beginDate: null, endDate: '2026-11-24', daysLeft: 0 },
    ],
    [
      { subscription: { end_date: '2026-11-20T00:00:00+02:00' } },
      { title: null, running: null, beginDate: null, endDate: '2026-11-20', daysLeft: -4 },
    ],
  ])('takes a subscription as it comes: %o', (part, subscription) => {
    expect(read({ is_valid: true, ...part })).toMatchObject({ kind: 'valid', subscription });
  });

  it('tells a subscription that does not run from a bad key', () => {
    const subscription = { ...valid.subscription, is_running: false, end_date: '2026-10-01' };

    expect(read({ ...valid, subscription })).toMatchObject({
      kind: 'subscription-not-running',
      cause: {
        code: 'subscription-not-running',
        message: 'the registration key is good, but the subscription "Lab subscription" ended on 2026-10-01',
      },
      subscription: { daysLeft: -54 },
    });
  });

  it.each([
    ['Unknown key.', 'key-invalid'],
    ['This key is already used by another GLPI instance', 'key-other-instance'],
    ['Cette clé est liée à une autre instance', 'key-other-instance'],
    ['The uid does not match.', 'key-other-instance'],
    [null, 'key-invalid'],
  ])('tells from "%s" that the cause is %s', (message, code) => {
    const answer = read({ is_valid: false, validation_message: message });

    expect(answer).toMatchObject({ kind: 'invalid', cause: { code }, validationMessage: message });
  });

  it('takes control characters, markup and length out of the texts of a stranger', () => {
    const owner = { name: `\u001b[31m<b>ACME</b>\r\n\u202eLab\0 ${'x'.repeat(500)}` };

    const answer = read({ ...valid, owner });

    expect(answer).toMatchObject({ owner: expect.stringMatching(/^\[31m ACME Lab x{183,190}…$/) });
  });

  it.each([
    ['as it is', KEY],
    ['percent-encoded', encodeURIComponent(KEY)],
    ['in hex', Buffer.from(KEY).toString('hex').toUpperCase()],
    ['in base64', Buffer.from(KEY).toString('base64')],
    ['in part', KEY.slice(3, 30)],
  ])('does not give the key back when the server does so %s', (_how, echo) => {
    const answer = JSON.stringify(read({ is_valid: false, validation_message: `Key "${echo}" (${echo}) is unknown` }));

    expect(answer).toContain('Key \\"[redacted]\\" ([redacted]) is unknown');
    expect(answer).not.toContain(echo.slice(0, 16));
  });
});
