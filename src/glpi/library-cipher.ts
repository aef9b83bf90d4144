import { poly1305 } from '@noble/ciphers/_poly1305.js';
import { chacha20, hchacha } from '@noble/ciphers/chacha.js';

/** Lengths in bytes (draft-irtf-cfrg-xchacha-03 section 2, RFC 8439 section 2.8). */
const NONCE_BYTES = 24;
const TAG_BYTES = 16;
const BLOCK_BYTES = 64;
const PADDING = 16;
const HCHACHA_NONCE_BYTES = 16;
/** Bytes of what is opened for which memory is held; longer ones get memory of their own. */
const HELD = 1_024;

/** "expand 32-byte k", RFC 8439 section 2.3, as the words of this machine. */
const CONSTANTS = new Uint32Array([0x61707865, 0x3320646e, 0x79622d32, 0x6b206574]);

/**
 * XChaCha20-Poly1305 under one key by the parts that @noble/ciphers is made of (HChaCha20, ChaCha20, Poly1305), with
 * nothing of xchacha20-poly1305.ts. The library's own composition does the same and makes a dozen objects for each value,
 * three times the work of the arithmetic.
 */
export class LibraryCipher {
  readonly #key: Uint32Array;
  readonly #nonce = new Uint8Array(HCHACHA_NONCE_BYTES);
  readonly #nonceWords = new Uint32Array(this.#nonce.buffer);
  readonly #subkey = new Uint8Array(32);
  readonly #subkeyWords = new Uint32Array(this.#subkey.buffer);
  /** Four zero bytes, then the last 8 of the nonce. */
  readonly #streamNonce = new Uint8Array(12);
  readonly #stream = new Uint8Array(BLOCK_BYTES + HELD);
  readonly #message = new Uint8Array(NONCE_BYTES + HELD + 3 * PADDING);

  /** @param key 32 bytes. The words are read as a little-endian machine has them, which is all that Node.js runs on here. */
  constructor(key: Uint8Array) {
    this.#key = new Uint32Array(Uint8Array.from(key).buffer);
  }

  /**
   * @param sealed ciphertext, then the tag of 16 bytes. @param nonce 24 bytes, which are the additional data too.
   * @returns the plaintext; the next call may overwrite it
   * @throws Error where the tag is another
   */
  open(sealed: Uint8Array, nonce: Uint8Array): Uint8Array {
    const length = sealed.length - TAG_BYTES;
    const ciphertext = sealed.subarray(0, length);
    this.#nonce.set(nonce.subarray(0, HCHACHA_NONCE_BYTES));
    hchacha(CONSTANTS, this.#key, this.#nonceWords, this.#subkeyWords);
    this.#streamNonce.set(nonce.subarray(HCHACHA_NONCE_BYTES), 4);

    // Block 0 begins with the one-time key of the tag, the text follows in block 1 (RFC 8439 section 2.8).
    const stream = piece(this.#stream, BLOCK_BYTES + length);
    stream.fill(0, 0, BLOCK_BYTES);
    stream.set(ciphertext, BLOCK_BYTES);
    chacha20(this.#subkey, this.#streamNonce, stream, stream, 0);
    const tag = poly1305(this.#authenticated(ciphertext, nonce), stream.subarray(0, 32));
    let difference = 0;
    for (let index = 0; index < TAG_BYTES; index += 1) difference |= (tag[index] ?? 0) ^ (sealed[length + index] ?? 0);
    if (difference !== 0) throw new Error('the tag is another');
    return stream.subarray(BLOCK_BYTES);
  }

  #authenticated(ciphertext: Uint8Array, nonce: Uint8Array): Uint8Array {
    const start = padded(nonce.length);
    const lengths = start + padded(ciphertext.length);
    const message = piece(this.#message, lengths + PADDING);
    message.fill(0);
    message.set(nonce);
    message.set(ciphertext, start);
    const view = new DataView(message.buffer, message.byteOffset + lengths, PADDING);
    view.setUint32(0, nonce.length, true);
    view.setUint32(8, ciphertext.length, true);
    return message;
  }
}

function piece(held: Uint8Array, length: number): Uint8Array {
  return length <= held.length ? held.subarray(0, length) : new Uint8Array(length);
}

function padded(length: number): number {
  return Math.ceil(length / PADDING) * PADDING;
}
