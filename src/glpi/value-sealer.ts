import { randomBytes } from 'node:crypto';
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { MARK_BYTES, NonceMark, RANDOM_BYTES } from './nonce-mark.ts';
import { Cipher, NONCE_BYTES } from './xchacha20-poly1305.ts';

const RANDOM_AT_ONCE = 256;

/** Opens what was sealed under a nonce that is the additional data too; throws, or gives other bytes, where it is wrong. */
export type Opener = (sealed: Uint8Array, key: Uint8Array, nonce: Uint8Array) => Uint8Array;

/**
 * Seals values as GLPI does (GLPIKey::encrypt), under one key. The nonce carries a mark by which `sealedByKeykeeper`
 * knows the value again; to GLPI it is as good as any.
 *
 * What is sealed here takes the place of a value that opened, and a mistake would be found when it is too late. So no
 * value leaves before an implementation that shares nothing with the one that sealed it, that of @noble/ciphers, opened it
 * and the plaintext is the same. In microseconds a value of 30 bytes, on the machine of bench/results.md: sealed 4, opened
 * again 15 to 19; a cipher object of Node.js alone takes 26, twenty of them to be made, and HChaCha20 comes on top.
 */
export class ValueSealer {
  readonly #key: Buffer;
  readonly #cipher: Cipher;
  readonly #mark: NonceMark;
  readonly #openAgain: Opener;
  #random = Buffer.alloc(0);

  /** @param key 32 bytes. @throws RangeError of any other length */
  constructor(key: Buffer, openAgain: Opener = openByLibrary) {
    this.#key = key;
    this.#cipher = new Cipher(key);
    this.#mark = new NonceMark(key);
    this.#openAgain = openAgain;
  }

  /**
   * @returns base64 of nonce, ciphertext and tag
   * @throws Error where the two implementations disagree: nothing may be written then
   */
  seal(plaintext: Buffer): string {
    const nonce = Buffer.alloc(NONCE_BYTES);
    nonce.set(this.#takeRandom(), MARK_BYTES);
    nonce.write(this.#mark.of(nonce.subarray(MARK_BYTES)), 'hex');
    const sealed = this.#cipher.encrypt(plaintext, nonce, nonce);
    if (!plaintext.equals(this.#openAgain(sealed, this.#key, nonce)))
      throw new Error('what was sealed opens to something else: the memory of this machine makes mistakes');
    return Buffer.concat([nonce, sealed]).toString('base64');
  }

  /** Bytes that were never handed out: many are asked for at once, since each call costs more than its bytes. */
  #takeRandom(): Buffer {
    if (this.#random.length === 0) this.#random = randomBytes(RANDOM_BYTES * RANDOM_AT_ONCE);
    const taken = this.#random.subarray(0, RANDOM_BYTES);
    this.#random = this.#random.subarray(RANDOM_BYTES);
    return taken;
  }
}

/** {@link ValueSealer.seal} for one value. */
export function sealValue(plaintext: Buffer, key: Buffer): string {
  return new ValueSealer(key).seal(plaintext);
}

function openByLibrary(sealed: Uint8Array, key: Uint8Array, nonce: Uint8Array): Uint8Array {
  return xchacha20poly1305(key, nonce, nonce).decrypt(sealed);
}
