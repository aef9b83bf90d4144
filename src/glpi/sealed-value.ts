import { hash, randomBytes } from 'node:crypto';
import { Cipher, encrypt, NONCE_BYTES, TAG_BYTES } from './xchacha20-poly1305.ts';

/** A sealed value decodes to at least this: a nonce and a tag around nothing. */
export const SEALED_MINIMUM_BYTES = NONCE_BYTES + TAG_BYTES;

const MARK_DOMAIN = Buffer.from('keykeeper/nonce/v1\0');
const MARK_BYTES = 8;
const RANDOM_BYTES = NONCE_BYTES - MARK_BYTES;
const RANDOM_AT_ONCE = 256;
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
  return new ValueCipher(key).open(decodeBase64AsPhp(value));
}

/**
 * Seals a value as GLPI does (GLPIKey::encrypt). The nonce carries a mark by which {@link sealedByKeykeeper} knows the
 * value again; to GLPI it is as good as any.
 */
export function sealValue(plaintext: Buffer, key: Buffer): string {
  return new ValueCipher(key).seal(plaintext);
}

/** Seals under a nonce of the caller's: for {@link sealValue} and for comparing with recorded values. Never reuse one. */
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
  #random = Buffer.alloc(0);

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

  /** As {@link sealValue}. */
  seal(plaintext: Buffer): string {
    const nonce = Buffer.alloc(NONCE_BYTES);
    nonce.set(this.#takeRandom(), MARK_BYTES);
    nonce.write(this.#mark.of(nonce.subarray(MARK_BYTES)), 'hex');
    return Buffer.concat([nonce, this.#cipher.encrypt(plaintext, nonce, nonce)]).toString('base64');
  }

  /** As {@link sealedByKeykeeper}, for a value whose base64 was decoded already. */
  sealed(sealed: Buffer): boolean {
    return sealed.length >= SEALED_MINIMUM_BYTES && this.#mark.stands(sealed);
  }

  /** Bytes that were never handed out: many are asked for at once, since each call costs more than its bytes. */
  #takeRandom(): Buffer {
    if (this.#random.length === 0) this.#random = randomBytes(RANDOM_BYTES * RANDOM_AT_ONCE);
    const taken = this.#random.subarray(0, RANDOM_BYTES);
    this.#random = this.#random.subarray(RANDOM_BYTES);
    return taken;
  }
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
 * The first 8 bytes of HMAC-SHA256(key, domain || random), by RFC 2104's definition: an Hmac object costs ten times its
 * two digests, and every value that opens is asked.
 */
class NonceMark {
  readonly #inner = Buffer.alloc(HMAC_BLOCK_BYTES + MARK_DOMAIN.length + RANDOM_BYTES, 0x36);
  readonly #outer = Buffer.alloc(HMAC_BLOCK_BYTES + HMAC_DIGEST_BYTES, 0x5c);

  constructor(key: Buffer) {
    for (let index = 0; index < key.length; index += 1) {
      this.#inner[index] = (key[index] ?? 0) ^ 0x36;
      this.#outer[index] = (key[index] ?? 0) ^ 0x5c;
    }
    this.#inner.set(MARK_DOMAIN, HMAC_BLOCK_BYTES);
  }

  /** In hex. */
  of(random: Uint8Array): string {
    this.#inner.set(random, HMAC_BLOCK_BYTES + MARK_DOMAIN.length);
    this.#outer.write(hash('sha256', this.#inner, 'binary'), HMAC_BLOCK_BYTES, 'latin1');
    return hash('sha256', this.#outer, 'hex').slice(0, 2 * MARK_BYTES);
  }

  /** Whether a sealed value's nonce carries it. */
  stands(sealed: Buffer): boolean {
    return this.of(sealed.subarray(MARK_BYTES, NONCE_BYTES)) === sealed.toString('hex', 0, MARK_BYTES);
  }
}
