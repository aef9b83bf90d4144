import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanRegistrationKey } from '../../../src/glpi/clean-registration-key.ts';
import { registrationClaims } from '../../../src/glpi/registration-claims.ts';
import { readRecordings } from './read-fixture.ts';

function keyOf(claims: object): string {
  return Buffer.from(JSON.stringify(claims)).toString('base64');
}

const KEY = keyOf({ owner: 'ACME', signature: 'x'.repeat(90) });
const ADDED = fc.array(
  fc.constantFrom('\n', '\r\n', ' ', '\t', '"', "'", '`', '“', '”', '«', '»', '\u200b', '\ufeff'),
  { maxLength: 3 },
);

describe('a pasted registration key', () => {
  it('is taken as it is, a final line break aside, without a word', () => {
    expect(cleanRegistrationKey(`${KEY}\n`)).toEqual({ key: KEY, cleaned: false });
  });

  it('loses what pasting added, wherever it stands', () => {
    const places = fc.array(fc.tuple(fc.nat(KEY.length), ADDED), { maxLength: 5 });
    const property = fc.property(places, (added) => {
      const text = added.reduce((whole, [at, marks]) => whole.slice(0, at) + marks.join('') + whole.slice(at), KEY);

      expect(cleanRegistrationKey(text)).toEqual({ key: KEY, cleaned: text.trim() !== KEY });
    });
    fc.assert(property);
  });

  it.each([
    ['is empty', ''],
    ['lost its end', KEY.slice(0, -20)],
    ['lost its beginning', KEY.slice(20)],
    ['has a character more', `${KEY}#`],
    ['is a JSON text', JSON.stringify({ signature: 'x' })],
    ['has no signature', keyOf({ owner: 'ACME' })],
  ])('is none where it %s', (_, text) => {
    expect(cleanRegistrationKey(text)).toBeNull();
  });
});

describe('what a registration key says of itself', () => {
  it('is read from every recorded key: its owner, its reference, and the day it was issued', () => {
    const recorded = readRecordings().flatMap(({ glpi_version, event, rows_before }) =>
      rows_before
        .filter(({ name }) => name === 'glpinetwork_registration_key')
        .map(({ plaintext_base64 }) => ({
          of: `A-${glpi_version}-${event}`,
          clear: Buffer.from(plaintext_base64 ?? '', 'base64').toString('utf8'),
        })),
    );

    const claims = recorded.map(({ clear }) => registrationClaims(clear));

    expect(recorded).toHaveLength(24);
    expect(claims).toEqual(
      recorded.map(({ of }) => ({ owner: `Owner ${of}`, reference: `SUB-${of}`, passDate: '2026-01-01' })),
    );
  });

  it.each([
    [
      { owner: 'ACME', reference: 'R-1', pass_date: '2026-01-31' },
      { owner: 'ACME', reference: 'R-1', passDate: '2026-01-31' },
    ],
    [
      { owner: { name: 'ACME' }, reference: 7 },
      { owner: 'ACME', reference: '7', passDate: null },
    ],
    [{}, { owner: null, reference: null, passDate: null }],
    [
      { owner: ['a'], reference: '' },
      { owner: null, reference: null, passDate: null },
    ],
  ])('is read from %j', (claims, expected) => {
    expect(registrationClaims(keyOf({ ...claims, signature: 'x' }))).toEqual(expected);
  });

  it('is cut and cleaned, for it may be anything', () => {
    const { owner } = registrationClaims(keyOf({ owner: `\u001b[31mA\n${'b'.repeat(500)}`, signature: 'x' }));

    expect(owner).toMatch(/^\[31mA b+$/);
    expect(owner?.length).toBeLessThanOrEqual(120);
  });

  it('is nothing where the key is none', () => {
    expect(registrationClaims('no key')).toEqual({ owner: null, reference: null, passDate: null });
  });
});
