import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LibraryCipher } from '../../../src/glpi/library-cipher.ts';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
/** Beyond what memory is held for, too. */
const texts = fc.oneof(fc.uint8Array({ maxLength: 130 }), fc.uint8Array({ minLength: 1_000, maxLength: 1_100 }));

describe('the cipher that checks what was sealed', () => {
  it('opens what the library seals in one call', () => {
    fc.assert(
      fc.property(texts, bytes(32), bytes(24), (text, key, nonce) => {
        const cipher = new LibraryCipher(key);
        const sealed = xchacha20poly1305(key, nonce, nonce).encrypt(text);

        expect(Buffer.from(cipher.open(sealed, nonce))).toEqual(Buffer.from(text));
        expect(Buffer.from(cipher.open(sealed, nonce))).toEqual(Buffer.from(text));
      }),
    );
  });

  it('is used for many values of different lengths, one after the other', () => {
    fc.assert(
      fc.property(bytes(32), fc.array(fc.tuple(texts, bytes(24)), { minLength: 2, maxLength: 8 }), (key, values) => {
        const cipher = new LibraryCipher(key);

        for (const [text, nonce] of values) {
          const sealed = xchacha20poly1305(key, nonce, nonce).encrypt(text);
          expect(Buffer.from(cipher.open(sealed, nonce))).toEqual(Buffer.from(text));
        }
      }),
    );
  });

  it('throws at one bit that is another', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 130 }), bytes(32), bytes(24), fc.nat(), (text, key, nonce, at) => {
        const cipher = new LibraryCipher(key);
        const sealed = xchacha20poly1305(key, nonce, nonce).encrypt(text);
        const byte = Math.floor(at / 8) % sealed.length;
        sealed[byte] = (sealed[byte] ?? 0) ^ (1 << (at % 8));

        expect(() => cipher.open(sealed, nonce)).toThrow('tag');
      }),
    );
  });
});
