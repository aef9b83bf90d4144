import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writingsIn } from './writings.ts';

const SECRET = Buffer.from('geheim/ü?&-+ what was typed in');

describe('the search for leaks', () => {
  it.each([
    ['raw', SECRET.toString()],
    ['json', JSON.stringify(`"${SECRET}"`)],
    ['hex', SECRET.toString('hex')],
    ['hex', SECRET.toString('hex').toUpperCase()],
    ['url', encodeURIComponent(SECRET.toString())],
    ['decimal', JSON.stringify(SECRET.toJSON())],
  ])('finds a planted one as %s', (name, planted) => {
    expect(writingsIn(`level=info message="${planted}" other=1`, SECRET)).toContain(name);
  });

  it.each(['base64', 'base64url'] as const)('finds one in %s, whatever stands before and after it', (encoding) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ maxLength: 40 }), (before, after) => {
        const text = Buffer.concat([before, SECRET, after]).toString(encoding);

        expect(writingsIn(text, SECRET)).toContain(encoding);
      }),
    );
  });

  it('finds none where there is none', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 2_000 }), (text) => {
        expect(writingsIn(text, randomBytes(32))).toEqual([]);
      }),
    );
  });
});
