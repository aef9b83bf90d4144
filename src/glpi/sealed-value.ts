import { hash, randomBytes } from 'node:crypto';
import { decrypt, encrypt, NONCE_BYTES, TAG_BYTES } from './xchacha20-poly1305.ts';

/** A sealed value decodes to at least this: a nonce and a tag around nothing. */
export const SEALED_MINIMUM_BYTES = NONCE_BYTES + TAG_BYTES;

const MARK_DOMAIN = Buffer.from('keykeeper/nonce/v1\0');
const MARK_BYTES = 8;
/** SHA-256 works on blocks of 64 bytes; the key is shorter, so HMAC takes it as it is. */
const HMAC_BLOCK_BYTES = 64;
const HMAC_DIGEST_BYTES = 32;

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
  return sealWithNonce(plaintext, key, Buffer.concat([Buffer.from(markOf(random, key), 'hex'), random]));
}

/** Seals under a nonce of the caller's: for {@link sealValue} and for comparing with recorded values. Never reuse one. */
export function sealWithNonce(plaintext: Buffer, key: Buffer, nonce: Buffer): string {
  return Buffer.concat([nonce, encrypt(plaintext, key, nonce, nonce)]).toString('base64');
}

/** Whether a value that opens under `key` was sealed by Keykeeper itself, and hence proves nothing about the key. */
export function sealedByKeykeeper(value: string, key: Buffer): boolean {
  return bytesSealedByKeykeeper(decodeBase64AsPhp(value), key);
}

/** As {@link sealedByKeykeeper}, for a value whose base64 was decoded already. */
export function bytesSealedByKeykeeper(sealed: Buffer, key: Buffer): boolean {
  if (sealed.length < SEALED_MINIMUM_BYTES) return false;
  return markOf(sealed.subarray(MARK_BYTES, NONCE_BYTES), key) === sealed.toString('hex', 0, MARK_BYTES);
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

/**
 * The first 8 bytes of HMAC-SHA256(key, domain || random) in hex, by RFC 2104's definition: an Hmac object costs ten
 * times its two digests, and every value that opens is asked.
 */
function markOf(random: Uint8Array, key: Buffer): string {
  const inner = Buffer.alloc(HMAC_BLOCK_BYTES + MARK_DOMAIN.length + random.length, 0x36);
  const outer = Buffer.alloc(HMAC_BLOCK_BYTES + HMAC_DIGEST_BYTES, 0x5c);
  for (let index = 0; index < key.length; index += 1) {
    inner[index] = (key[index] ?? 0) ^ 0x36;
    outer[index] = (key[index] ?? 0) ^ 0x5c;
  }
  inner.set(MARK_DOMAIN, HMAC_BLOCK_BYTES);
  inner.set(random, HMAC_BLOCK_BYTES + MARK_DOMAIN.length);
  outer.write(hash('sha256', inner, 'binary'), HMAC_BLOCK_BYTES, 'latin1');
  return hash('sha256', outer, 'hex').slice(0, 2 * MARK_BYTES);
}
