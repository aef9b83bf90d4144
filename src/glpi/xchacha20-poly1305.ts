import { XChaCha20 } from './chacha20.ts';
import { poly1305 } from './poly1305.ts';

/** Lengths in bytes (draft-irtf-cfrg-xchacha-03, section 2). */
export const NONCE_BYTES = 24;
export const TAG_BYTES = 16;

const ONE_TIME_KEY_BYTES = 32;
/** Bytes of what is authenticated for which memory is held: the secrets that GLPI seals are shorter. */
const HELD = 1024;

/**
 * XChaCha20-Poly1305-IETF as libsodium has it, under one key: HChaCha20 makes a key of the first 16 bytes of the nonce,
 * then RFC 8439's construction runs with four zero bytes and the last 8 as its nonce.
 *
 * A cipher object of Node.js costs several times what a secret's few bytes do here, and a database may hold a hundred
 * thousand of them. Of what is opened the tag says whether it is right; what is sealed and goes into a row is opened by
 * another implementation first, see value-sealer.ts.
 */
export class Cipher {
  readonly #stream: XChaCha20;
  readonly #oneTimeKey = new Uint8Array(ONE_TIME_KEY_BYTES);
  readonly #held = new Uint8Array(HELD);

  /** @param key 32 bytes. @throws RangeError of any other length */
  constructor(key: Uint8Array) {
    this.#stream = new XChaCha20(key);
  }

  /**
   * @param nonce 24 bytes. @param additional authenticated, not encrypted.
   * @returns ciphertext, then the tag of 16 bytes.
   */
  encrypt(plaintext: Uint8Array, nonce: Uint8Array, additional: Uint8Array): Buffer {
    const sealed = Buffer.alloc(plaintext.length + TAG_BYTES);
    sealed.set(plaintext);
    this.encryptInPlace(sealed, nonce, additional);
    return sealed;
  }

  /** As {@link encrypt}. @param bytes the plaintext and 16 bytes more, overwritten by ciphertext and tag */
  encryptInPlace(bytes: Uint8Array, nonce: Uint8Array, additional: Uint8Array): void {
    this.#begin(nonce);
    const ciphertext = bytes.subarray(0, bytes.length - TAG_BYTES);
    this.#stream.apply(ciphertext, 1);
    bytes.set(poly1305(this.#authenticated(ciphertext, additional), this.#oneTimeKey), ciphertext.length);
  }

  /** The plaintext, or null if the tag does not verify or `sealed` is shorter than a tag. */
  decrypt(sealed: Uint8Array, nonce: Uint8Array, additional: Uint8Array): Buffer | null {
    const length = sealed.length - TAG_BYTES;
    if (length < 0) return null;
    this.#begin(nonce);
    const ciphertext = sealed.subarray(0, length);
    const tag = poly1305(this.#authenticated(ciphertext, additional), this.#oneTimeKey);
    let difference = 0;
    for (let index = 0; index < TAG_BYTES; index += 1) difference |= (tag[index] ?? 0) ^ (sealed[length + index] ?? 0);
    if (difference !== 0) return null;
    const plaintext = Buffer.allocUnsafe(length);
    plaintext.set(ciphertext);
    this.#stream.apply(plaintext, 1);
    return plaintext;
  }

  /** RFC 8439 section 2.6: the one-time key is the start of block 0. */
  #begin(nonce: Uint8Array): void {
    if (nonce.length !== NONCE_BYTES) throw new RangeError(`expected a nonce of 24 bytes, got ${nonce.length}`);
    this.#stream.begin(nonce);
    const words = this.#stream.block(0);
    for (let index = 0; index < ONE_TIME_KEY_BYTES; index += 1) {
      this.#oneTimeKey[index] = (words[index >>> 2] ?? 0) >>> (8 * (index & 3));
    }
  }

  /** RFC 8439 section 2.8: additional data and ciphertext, each padded to 16 bytes, and their lengths. */
  #authenticated(ciphertext: Uint8Array, additional: Uint8Array): Uint8Array {
    const start = padded(additional.length);
    const end = start + padded(ciphertext.length);
    const held = end + 16 <= HELD;
    const message = held ? this.#held.subarray(0, end + 16) : new Uint8Array(end + 16);
    if (held) message.fill(0);
    message.set(additional);
    message.set(ciphertext, start);
    writeLength(message, end, additional.length);
    writeLength(message, end + 8, ciphertext.length);
    return message;
  }
}

/** Of 64 bits the upper half stays zero: no Buffer is that long. */
function writeLength(message: Uint8Array, at: number, length: number): void {
  for (let byte = 0; byte < 4; byte += 1) message[at + byte] = length >>> (8 * byte);
}

/** {@link Cipher.encrypt} for one value. */
export function encrypt(plaintext: Uint8Array, key: Uint8Array, nonce: Uint8Array, additional: Uint8Array): Buffer {
  return new Cipher(key).encrypt(plaintext, nonce, additional);
}

/** {@link Cipher.decrypt} for one value. */
export function decrypt(sealed: Uint8Array, key: Uint8Array, nonce: Uint8Array, additional: Uint8Array): Buffer | null {
  return new Cipher(key).decrypt(sealed, nonce, additional);
}

function padded(length: number): number {
  return Math.ceil(length / 16) * 16;
}
