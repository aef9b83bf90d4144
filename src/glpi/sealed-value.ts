import { NonceMark } from './nonce-mark.ts';
import { Cipher, encrypt, NONCE_BYTES, TAG_BYTES } from './xchacha20-poly1305.ts';

/** A sealed value decodes to at least this: a nonce and a tag around nothing. */
export const SEALED_MINIMUM_BYTES = NONCE_BYTES + TAG_BYTES;

/**
 * Opens a value that GLPI sealed: base64 of nonce, ciphertext and tag, the nonce being the additional data too
 * (GLPIKey::decrypt, the same in 9.5, 10.0 and 11).
 *
 * @param key 32 bytes.
 * @returns the plaintext's bytes, empty for a sealed ''; null if the value is none that this key sealed.
 */
export function openValue(value: string, key: Buffer): Buffer | null {
  return new ValueCipher(key).open(decodeBase64AsPhp(value));
}

/**
 * Seals as GLPI does (GLPIKey::encrypt) under a nonce of the caller's, never to be used again: for values that are compared
 * with recorded ones. What goes into a row is sealed and checked by value-sealer.ts.
 */
export function sealWithNonce(plaintext: Buffer, key: Buffer, nonce: Buffer): string {
  return Buffer.concat([nonce, encrypt(plaintext, key, nonce, nonce)]).toString('base64');
}

/** Whether a value that opens under `key` was sealed by Keykeeper itself, and hence proves nothing about the key. */
export function sealedByKeykeeper(value: string, key: Buffer): boolean {
  return new ValueCipher(key).sealed(decodeBase64AsPhp(value));
}

/** One key over many values: the memory for its arithmetic is made once. */
export class ValueCipher {
  readonly #cipher: Cipher;
  readonly #mark: NonceMark;

  /** @param key 32 bytes. @throws RangeError of any other length */
  constructor(key: Buffer) {
    this.#cipher = new Cipher(key);
    this.#mark = new NonceMark(key);
  }

  /** As {@link openValue}, for a value whose base64 was decoded already. */
  open(sealed: Buffer): Buffer | null {
    if (sealed.length < SEALED_MINIMUM_BYTES) return null;
    const nonce = sealed.subarray(0, NONCE_BYTES);
    return this.#cipher.decrypt(sealed.subarray(NONCE_BYTES), nonce, nonce);
  }

  /** As {@link sealedByKeykeeper}, for a value whose base64 was decoded already. */
  sealed(sealed: Buffer): boolean {
    return sealed.length >= SEALED_MINIMUM_BYTES && this.#mark.stands(sealed);
  }
}

/**
 * Whether a value can be a sealed one: base64 of at least 40 bytes in GLPI's own alphabet. Hex digits alone are a clear
 * token or a digest (no sealed value of 54 characters or more is made of them), and a password hash has its `$`.
 */
export function hasSealedShape(value: string): boolean {
  const text = /\s/.test(value) ? value.replace(/\s+/g, '') : value;
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text) || /^[0-9A-Fa-f]+$/.test(text)) return false;
  return Buffer.byteLength(text, 'base64') >= SEALED_MINIMUM_BYTES;
}

/**
 * PHP's `base64_decode` without its strict flag (ext/standard/base64.c, 8.2): whatever is not of the alphabet is
 * skipped, padding in any place too, and a last character that makes no byte is dropped. It never fails.
 */
export function decodeBase64AsPhp(value: string): Buffer {
  const bytes = Buffer.from(value, 'base64');
  // Nothing was left out, and what Node.js takes beyond this alphabet, that of URLs, is not among it.
  if (bytes.length === wholeLength(value) && !value.includes('-') && !value.includes('_')) return bytes;
  // Node.js alone would stop at the first padding and take the URL-safe alphabet.
  return Buffer.from(value.replace(/[^A-Za-z0-9+/]+/g, ''), 'base64');
}

/** Bytes of base64 in which every character counts. */
function wholeLength(value: string): number {
  const padding = value.endsWith('==') ? 2 : value.endsWith('=') ? 1 : 0;
  return Math.floor(((value.length - padding) * 3) / 4);
}
