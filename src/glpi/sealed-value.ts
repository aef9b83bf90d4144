import { createHmac, randomBytes } from 'node:crypto';
import { decrypt, encrypt, NONCE_BYTES, TAG_BYTES } from './xchacha20-poly1305.ts';

/** A sealed value decodes to at least this: a nonce and a tag around nothing. */
export const SEALED_MINIMUM_BYTES = NONCE_BYTES + TAG_BYTES;

const MARK_DOMAIN = Buffer.from('keykeeper/nonce/v1\0');
const MARK_BYTES = 8;

/**
 * Opens a value that GLPI sealed: base64 of nonce, ciphertext and tag, the nonce being the additional data too
 * (GLPIKey::decrypt, the same in 9.5, 10.0 and 11).
 *
 * @param key 32 bytes.
 * @returns the plaintext's bytes, empty for a sealed ''; null if the value is none that this key sealed.
 */
export function openValue(value: string, key: Buffer): Buffer | null {
  return openBytes(decodeBase64AsPhp(value), key);
}

/** As {@link openValue}, for a value whose base64 was decoded already. */
export function openBytes(sealed: Buffer, key: Buffer): Buffer | null {
  if (sealed.length < SEALED_MINIMUM_BYTES) return null;
  const nonce = sealed.subarray(0, NONCE_BYTES);
  return decrypt(sealed.subarray(NONCE_BYTES), key, nonce, nonce);
}

/**
 * Seals a value as GLPI does (GLPIKey::encrypt). The nonce carries a mark by which {@link sealedByKeykeeper} knows the
 * value again; to GLPI it is as good as any.
 */
export function sealValue(plaintext: Buffer, key: Buffer): string {
  const random = randomBytes(NONCE_BYTES - MARK_BYTES);
  return sealWithNonce(plaintext, key, Buffer.concat([mark(random, key), random]));
}

/** Seals under a nonce of the caller's: for {@link sealValue} and for comparing with recorded values. Never reuse one. */
export function sealWithNonce(plaintext: Buffer, key: Buffer, nonce: Buffer): string {
  return Buffer.concat([nonce, encrypt(plaintext, key, nonce, nonce)]).toString('base64');
}

/** Whether a value that opens under `key` was sealed by Keykeeper itself, and hence proves nothing about the key. */
export function sealedByKeykeeper(value: string, key: Buffer): boolean {
  const nonce = decodeBase64AsPhp(value).subarray(0, NONCE_BYTES);
  if (nonce.length < NONCE_BYTES) return false;
  return mark(nonce.subarray(MARK_BYTES), key).equals(nonce.subarray(0, MARK_BYTES));
}

/**
 * Whether a value can be a sealed one: base64 of at least 40 bytes in GLPI's own alphabet. Hex digits alone are a clear
 * token or a digest (no sealed value of 54 characters or more is made of them), and a password hash has its `$`.
 */
export function hasSealedShape(value: string): boolean {
  const text = value.replace(/\s+/g, '');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text) || /^[0-9A-Fa-f]+$/.test(text)) return false;
  return Buffer.byteLength(text, 'base64') >= SEALED_MINIMUM_BYTES;
}

/**
 * PHP's `base64_decode` without its strict flag (ext/standard/base64.c, 8.2): whatever is not of the alphabet is
 * skipped, padding in any place too, and a last character that makes no byte is dropped. It never fails.
 */
export function decodeBase64AsPhp(value: string): Buffer {
  if (/^[A-Za-z0-9+/]*={0,2}$/.test(value)) return Buffer.from(value, 'base64');
  // Node.js alone would stop at the first padding and take the URL-safe alphabet.
  return Buffer.from(value.replace(/[^A-Za-z0-9+/]+/g, ''), 'base64');
}

function mark(random: Buffer, key: Buffer): Buffer {
  return createHmac('sha256', key).update(MARK_DOMAIN).update(random).digest().subarray(0, MARK_BYTES);
}
