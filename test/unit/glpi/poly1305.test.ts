import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { poly1305 } from '../../../src/glpi/poly1305.ts';

const hex = (text: string) => Buffer.from(text.replace(/\s+/g, ''), 'hex');
const block = (start: string) => start.padEnd(32, '0');
const ones = 'ff'.repeat(16);

/** RFC 8439 section 2.5 as it reads, over whole numbers. */
function slowTag(message: Uint8Array, key: Uint8Array): Buffer {
  const number = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).reverse().toString('hex') || '0'}`);
  const r = number(key.subarray(0, 16)) & 0x0ffffffc0ffffffc0ffffffc0fffffffn;
  let sum = 0n;
  for (let position = 0; position < message.length; position += 16) {
    sum = ((sum + number(message.subarray(position, position + 16)) + (1n << 128n)) * r) % ((1n << 130n) - 5n);
  }
  const tag = (sum + number(key.subarray(16))) & ((1n << 128n) - 1n);
  return Buffer.from(tag.toString(16).padStart(32, '0'), 'hex').reverse();
}

describe('Poly1305', () => {
  // RFC 8439 appendix A.3, vectors 7 to 11 and their like: sums at the very edge of the modulus.
  it.each([
    ['02', '00', ones, '03'],
    ['02', ones, block('02'), '03'],
    ['01', '00', `${ones} f0${'ff'.repeat(15)} ${block('11')}`, '05'],
    ['01', '00', `${ones} fb${'fe'.repeat(15)} ${'01'.repeat(16)}`, '00'],
    ['02', '00', `fd${'ff'.repeat(15)}`, `fa${'ff'.repeat(15)}`],
    [
      '0100000000000000 04',
      '00',
      `e33594d7505e43b9 0000000000000000 3394d7505e4379cd 0100000000000000 ${block('00')} ${block('01')}`,
      '1400000000000000 55',
    ],
    [
      '0100000000000000 04',
      '00',
      `e33594d7505e43b9 0000000000000000 3394d7505e4379cd 0100000000000000 ${block('00')}`,
      '13',
    ],
  ])('with r = %s, s = %s makes of %s the tag %s', (r, s, message, tag) => {
    const whole = (text: string) => hex(block(text.replace(/\s+/g, '')));

    expect(Buffer.from(poly1305(hex(message), Buffer.concat([whole(r), whole(s)])))).toEqual(whole(tag));
  });

  it('agrees with arithmetic on whole numbers, above all where carries run through', () => {
    const edge = fc.oneof(fc.constantFrom(0, 0xff, 0xfb, 0xfe, 1, 0x80), fc.nat(255));
    const bytes = (length: number) => fc.array(edge, { minLength: length, maxLength: length });
    const message = fc.nat(8).chain((blocks) => bytes(16 * blocks));
    // A small r keeps the sums near the edge that the message puts them on.
    const r = fc.oneof(
      bytes(16),
      fc.constantFrom(1, 2, 4).map((first) => [first, ...Array(15).fill(0)]),
    );

    fc.assert(
      fc.property(message, r, bytes(16), (text, rBytes, sBytes) => {
        const [messageBytes, keyBytes] = [Buffer.from(text), Buffer.from([...rBytes, ...sBytes])];

        expect(Buffer.from(poly1305(messageBytes, keyBytes))).toEqual(slowTag(messageBytes, keyBytes));
      }),
      { numRuns: 2000 },
    );
  });
});
