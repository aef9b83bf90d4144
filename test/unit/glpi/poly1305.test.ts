import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { poly1305 } from '../../../src/glpi/poly1305.ts';
import { slowPoly1305 } from './slow-poly1305.ts';

const hex = (text: string) => Buffer.from(text.replace(/\s+/g, ''), 'hex');
const block = (start: string) => start.padEnd(32, '0');
const ones = 'ff'.repeat(16);

const numberOf = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).reverse().toString('hex') || '0'}`);
const bytesFrom = (number: bigint) => Buffer.from(number.toString(16).padStart(32, '0'), 'hex').reverse();

function bytesOf(length: number): fc.Arbitrary<Buffer> {
  const extreme = fc.oneof(fc.constantFrom(0, 0xff, 0xfb, 0xfe, 1, 0x80), fc.nat(255));
  return fc.array(extreme, { minLength: length, maxLength: length }).map((each) => Buffer.from(each));
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

    const key = Buffer.concat([whole(r), whole(s)]);

    expect(Buffer.from(poly1305(hex(message), key))).toEqual(whole(tag));
    expect(slowPoly1305(hex(message), key)).toEqual(whole(tag));
  });

  it('agrees with arithmetic on whole numbers', () => {
    const message = fc.nat(8).chain((blocks) => bytesOf(16 * blocks));

    fc.assert(
      fc.property(message, bytesOf(32), (text, key) => {
        expect(Buffer.from(poly1305(text, key))).toEqual(slowPoly1305(text, key));
      }),
      { numRuns: 1000 },
    );
  });

  it('agrees where the sum ends up within a few of the modulus or of a power of two', () => {
    const modulus = (1n << 130n) - 5n;
    const edge = fc.tuple(fc.constantFrom(0n, 1n << 22n, 1n << 110n, 1n << 128n, 1n << 129n), fc.bigInt(-6n, 6n));
    const one = Buffer.concat([Buffer.from([1]), Buffer.alloc(31)]);

    fc.assert(
      fc.property(bytesOf(16), bytesOf(16), edge, (first, second, [power, offset]) => {
        // With r = 1 the sum is that of the blocks, each with 2^128 on top: the third makes up for the first two.
        const missing = power + offset - numberOf(first) - numberOf(second) - 3n * (1n << 128n);
        const third = ((missing % modulus) + modulus) % modulus;
        fc.pre(third < 1n << 128n);
        const text = Buffer.concat([first, second, bytesFrom(third)]);

        expect(Buffer.from(poly1305(text, one))).toEqual(slowPoly1305(text, one));
      }),
      { numRuns: 1000 },
    );
  });
});
