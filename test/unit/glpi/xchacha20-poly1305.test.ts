import { createCipheriv } from 'node:crypto';
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hchacha20, keyWords } from '../../../src/glpi/chacha20.ts';
import { Cipher, decrypt, encrypt } from '../../../src/glpi/xchacha20-poly1305.ts';

const hex = (text: string) => Buffer.from(text, 'hex');
const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((each) => Buffer.from(each));
const anything = fc.uint8Array({ maxLength: 300 }).map((each) => Buffer.from(each));

const ascending = (from: number, count: number) =>
  Buffer.from(Array.from({ length: count }, (_, index) => from + index));

/** HChaCha20's key as bytes. */
function subkey(key: Buffer, nonce: Buffer): Buffer {
  const result = Buffer.alloc(32);
  for (const [index, word] of hchacha20(keyWords(key), nonce).entries()) result.writeUInt32LE(word, 4 * index);
  return result;
}

describe('HChaCha20', () => {
  it('makes the key of draft-irtf-cfrg-xchacha-03, section 2.2.1', () => {
    const made = subkey(ascending(0, 32), hex('000000090000004a0000000031415927'));

    expect(made.toString('hex')).toBe('82413b4227b27bfed30e42508a877d73a0f9e4d58a74a853c12ec41326d3ecdc');
  });
});

describe('XChaCha20-Poly1305', () => {
  it('seals the text of draft-irtf-cfrg-xchacha-03, appendix A.3.1', () => {
    const plaintext = Buffer.from(
      "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
    );

    const sealed = encrypt(plaintext, ascending(0x80, 32), ascending(0x40, 24), hex('50515253c0c1c2c3c4c5c6c7'));

    expect(sealed.subarray(0, 16).toString('hex')).toBe('bd6d179d3e83d43b9576579493c0e939');
    expect(sealed.subarray(-16).toString('hex')).toBe('c0875924c1c7987947deafd8780acf49');
  });

  it('makes the same bytes as @noble/ciphers, and opens them', () => {
    fc.assert(
      fc.property(anything, bytes(32), bytes(24), anything, (plaintext, key, nonce, additional) => {
        const sealed = encrypt(plaintext, key, nonce, additional);

        expect(sealed).toEqual(Buffer.from(xchacha20poly1305(key, nonce, additional).encrypt(plaintext)));
        expect(decrypt(sealed, key, nonce, additional)).toEqual(plaintext);
      }),
    );
  });

  it('makes the same bytes as the cipher of Node.js under the key that HChaCha20 gives', () => {
    fc.assert(
      fc.property(anything, bytes(32), bytes(24), anything, (plaintext, key, nonce, additional) => {
        const shortNonce = Buffer.concat([Buffer.alloc(4), nonce.subarray(16)]);
        const native = createCipheriv('chacha20-poly1305', subkey(key, nonce), shortNonce, { authTagLength: 16 });
        native.setAAD(additional, { plaintextLength: plaintext.length });
        const expected = Buffer.concat([native.update(plaintext), native.final(), native.getAuthTag()]);

        expect(encrypt(plaintext, key, nonce, additional)).toEqual(expected);
      }),
    );
  });

  it('does not open anything of which a single bit was changed', () => {
    fc.assert(
      fc.property(anything, bytes(32), bytes(24), fc.nat(), fc.nat(3), (plaintext, key, nonce, at, which) => {
        const parts = [encrypt(plaintext, key, nonce, nonce), key, nonce, Buffer.from(nonce)] as const;
        const changed = parts[which] ?? parts[0];
        const bit = at % (8 * changed.length);

        changed[bit >>> 3] = (changed[bit >>> 3] ?? 0) ^ (1 << (bit & 7));

        expect(decrypt(...parts)).toBeNull();
      }),
    );
  });

  it('makes the same of one value after another under one cipher, long and short, sealed and opened in turns', () => {
    const lengths = fc.array(fc.oneof(fc.nat(80), fc.integer({ min: 900, max: 2100 })), { minLength: 2, maxLength: 8 });

    fc.assert(
      fc.property(lengths, bytes(32), (sizes, key) => {
        const cipher = new Cipher(key);
        for (const [index, size] of sizes.entries()) {
          const [plaintext, nonce, additional] = [ascending(index, size), ascending(size, 24), ascending(7, size % 50)];
          const sealed = cipher.encrypt(plaintext, nonce, additional);

          expect(sealed).toEqual(Buffer.from(xchacha20poly1305(key, nonce, additional).encrypt(plaintext)));
          expect(cipher.decrypt(sealed, nonce, additional)).toEqual(plaintext);
          expect(cipher.decrypt(sealed, nonce, ascending(8, size % 50 || 1))).toBeNull();
        }
      }),
    );
  });

  it('does not open less than a tag', () => {
    expect(decrypt(Buffer.alloc(15), Buffer.alloc(32), Buffer.alloc(24), Buffer.alloc(0))).toBeNull();
  });

  it.each([0, 31, 33, 44, 64])('refuses a key of %i bytes, as sodium does', (length) => {
    const nonce = Buffer.alloc(24);

    expect(() => encrypt(Buffer.from('x'), Buffer.alloc(length), nonce, nonce)).toThrow(RangeError);
    expect(() => decrypt(Buffer.alloc(40), Buffer.alloc(length), nonce, nonce)).toThrow(RangeError);
  });
});
