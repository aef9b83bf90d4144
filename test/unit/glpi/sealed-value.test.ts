import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeBase64AsPhp,
  hasSealedShape,
  openValue,
  sealedByKeykeeper,
  sealWithNonce,
} from '../../../src/glpi/sealed-value.ts';
import { sealValue } from '../../../src/glpi/value-sealer.ts';
import { readFixture } from './read-fixture.ts';

interface SealedVector {
  glpi_version: string;
  case: string;
  key_hex: string;
  nonce_hex: string;
  plaintext_base64: string;
  stored_value_base64: string;
}

interface UnsealableVectors {
  glpi_version: string;
  key_hex: string;
  bad_stored_values: { input: string; value: string | null; returns: string | null; warning: string | null }[];
}

const SEALED: SealedVector[] = JSON.parse(readFixture('sealed-values.json'));
const UNSEALABLE: UnsealableVectors[] = JSON.parse(readFixture('unsealable-values.json'));
const KEY = randomBytes(32);

describe('a value that the real GLPI sealed', () => {
  it.each(SEALED)('opens, and is sealed to the same bytes again: $glpi_version $case', (vector) => {
    const key = Buffer.from(vector.key_hex, 'hex');
    const plaintext = Buffer.from(vector.plaintext_base64, 'base64');

    expect(openValue(vector.stored_value_base64, key)).toEqual(plaintext);
    expect(sealWithNonce(plaintext, key, Buffer.from(vector.nonce_hex, 'hex'))).toBe(vector.stored_value_base64);
    expect(hasSealedShape(vector.stored_value_base64)).toBe(true);
    expect(sealedByKeykeeper(vector.stored_value_base64, key)).toBe(false);
    expect(openValue(vector.stored_value_base64, KEY)).toBeNull();
  });
});

describe('a value that is not what GLPI sealed', () => {
  const cases = UNSEALABLE.flatMap(({ glpi_version, key_hex, bad_stored_values }) =>
    bad_stored_values.map((recorded) => ({ glpi_version, key_hex, ...recorded })),
  ).filter(({ value }) => value !== null);

  it.each(cases)('opens exactly where GLPI opens it: $glpi_version, $input', ({ key_hex, value, returns, warning }) => {
    const opened = openValue(value ?? '', Buffer.from(key_hex, 'hex'));

    // GLPI hands '' and '0' back without trying: they mean "none", and nothing authenticates.
    const untried = value === '' || value === '0';
    expect(opened?.toString('utf8') ?? null).toBe(warning === null && !untried ? returns : null);
  });
});

describe('base64 as PHP reads it', () => {
  // Each answer is that of PHP 8.2's base64_decode.
  it.each([
    ['YWJj', '616263'],
    ['YWJ', '6162'],
    ['Y', ''],
    ['YWJjY', '616263'],
    ['=YWJj', '616263'],
    ['Y=WJj', '616263'],
    ['YW==YWJj', '61661626'],
    ['YQ==YQ==', '610610'],
    ['YW=\n=YW', '616616'],
    ['YW-Jj', '616263'],
    ['YW_Jj', '616263'],
    ['YWé', '61'],
    ['YW J\0j', '616263'],
    ['====', ''],
    ['', ''],
  ])('makes of %j the bytes %s', (text, expected) => {
    expect(decodeBase64AsPhp(text).toString('hex')).toBe(expected);
  });

  it('agrees with a reading of six bits at a time that skips what is not of the alphabet', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
    const slowly = (text: string) => {
      const bits = [...text].map((each) => alphabet.indexOf(each)).filter((digit) => digit >= 0);
      const whole = bits.map((digit) => digit.toString(2).padStart(6, '0')).join('');
      return Buffer.from((whole.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
    };

    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...alphabet, ...'==-_ \n\té%&') }), (text) => {
        expect(decodeBase64AsPhp(text)).toEqual(slowly(text));
      }),
    );
  });
});

describe('the shape of a sealed value', () => {
  it.each([
    ['a sealed empty string', sealValue(Buffer.alloc(0), KEY)],
    ['line breaks in it', sealValue(Buffer.alloc(60), KEY).replace(/.{76}/g, '$&\n')],
    ['its padding lost', sealValue(Buffer.alloc(0), KEY).replace(/=+$/, '')],
  ])('is there with %s', (_, value) => {
    expect(hasSealedShape(value)).toBe(true);
  });

  it.each([
    ['a clear token of 40 characters', 'Vq3lq0m1sXoVg0yUeQh1Y5bTzqvXq0Z5xk8k7c2N'],
    ['a bcrypt hash', '$2y$10$Vq3lq0m1sXoVg0yUeQh1Y.5bTzqvXq0Z5xk8k7c2NVq3lq0m1sXoV'],
    ['64 hex digits', '816a9594852c80479a6a055342a6ec307d960796d24764489b07dbc5e7befb44'],
    ['39 bytes', Buffer.alloc(39, 7).toString('base64')],
    ['the URL-safe alphabet', `${Buffer.alloc(50, 7).toString('base64url')}-_`],
    ['nothing', ''],
  ])('is not that of %s', (_, value) => {
    expect(hasSealedShape(value)).toBe(false);
  });
});
