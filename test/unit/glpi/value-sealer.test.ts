import { createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hchacha20, keyWords } from '../../../src/glpi/chacha20.ts';
import { openValue, sealedByKeykeeper } from '../../../src/glpi/sealed-value.ts';
import { sealValue, ValueSealer } from '../../../src/glpi/value-sealer.ts';

const KEY = randomBytes(32);

describe('a value that Keykeeper seals', () => {
  it('opens to what was sealed, and is known again under its key alone', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const value = sealValue(Buffer.from(bytes), KEY);

        expect(openValue(value, KEY)).toEqual(Buffer.from(bytes));
        expect(sealedByKeykeeper(value, KEY)).toBe(true);
        expect(sealedByKeykeeper(value, randomBytes(32))).toBe(false);
      }),
    );
  });

  it('carries the first 8 bytes of an HMAC of the other 16 in its nonce', () => {
    const nonce = Buffer.from(sealValue(Buffer.from('x'), KEY), 'base64').subarray(0, 24);

    const hmac = createHmac('sha256', KEY).update('keykeeper/nonce/v1\0').update(nonce.subarray(8)).digest();

    expect(nonce.subarray(0, 8)).toEqual(hmac.subarray(0, 8));
  });

  it('never has the same nonce twice', () => {
    const values = Array.from({ length: 200 }, () => sealValue(Buffer.from('same'), KEY));

    expect(new Set(values.map((value) => value.slice(0, 32))).size).toBe(200);
  });

  it('is one of many of the same sealer, each under a nonce of its own', () => {
    const sealer = new ValueSealer(KEY);
    const texts = Array.from({ length: 600 }, (_, index) => `secret ${index}`);

    const sealed = texts.map((text) => sealer.seal(Buffer.from(text)));

    expect(new Set(sealed.map((value) => value.slice(0, 32))).size).toBe(texts.length);
    expect(sealed.map((value) => openValue(value, KEY)?.toString())).toEqual(texts);
    expect(sealed.every((value) => sealedByKeykeeper(value, KEY))).toBe(true);
  });

  it('is handed out only where another implementation opens it to the same', () => {
    const other = new ValueSealer(KEY, () => Buffer.from('secreT'));
    const refusing = new ValueSealer(KEY, () => {
      throw new Error('invalid tag');
    });

    expect(() => other.seal(Buffer.from('secret'))).toThrow('opens to something else');
    expect(() => refusing.seal(Buffer.from('secret'))).toThrow('invalid tag');
  });

  it('opens with the cipher of Node.js too, under the key that HChaCha20 makes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const sealed = Buffer.from(sealValue(Buffer.from(bytes), KEY), 'base64');
        const [nonce, text, tag] = [sealed.subarray(0, 24), sealed.subarray(24, -16), sealed.subarray(-16)];
        const subkey = Buffer.from(hchacha20(keyWords(KEY), nonce).buffer);
        const short = Buffer.concat([Buffer.alloc(4), nonce.subarray(16)]);
        const native = createDecipheriv('chacha20-poly1305', subkey, short, { authTagLength: 16 }).setAuthTag(tag);
        native.setAAD(nonce, { plaintextLength: text.length });

        expect(Buffer.concat([native.update(text), native.final()])).toEqual(Buffer.from(bytes));
      }),
    );
  });
});
