import { hash } from 'node:crypto';
import { NONCE_BYTES } from './xchacha20-poly1305.ts';

/** A marked nonce is the mark, then what was random, in bytes. */
export const MARK_BYTES = 8;
export const RANDOM_BYTES = NONCE_BYTES - MARK_BYTES;

const MARK_DOMAIN = Buffer.from('keykeeper/nonce/v1\0');
/** SHA-256 works on blocks of 64 bytes; the key is shorter, so HMAC takes it as it is. */
const HMAC_BLOCK_BYTES = 64;
const HMAC_DIGEST_BYTES = 32;

/**
 * By which a nonce of Keykeeper's is known again: the first 8 bytes of HMAC-SHA256(key, domain || random), by RFC 2104's
 * definition, for an Hmac object costs ten times its two digests, and every value that opens is asked.
 */
export class NonceMark {
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
