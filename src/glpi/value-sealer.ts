import { randomBytes } from 'node:crypto';
import { LibraryCipher } from './library-cipher.ts';
import { MARK_BYTES, NonceMark, RANDOM_BYTES } from './nonce-mark.ts';
import { Cipher, NONCE_BYTES, TAG_BYTES } from './xchacha20-poly1305.ts';

const RANDOM_AT_ONCE = 256;
/** Bytes of a value for which memory is held. */
const HELD = 1_024;

/** Opens what was sealed under a nonce that is the additional data too; throws, or gives other bytes, where it is wrong. */
export type Opener = (sealed: Uint8Array, nonce: Uint8Array) => Uint8Array;

/**
 * Seals values as GLPI does (GLPIKey::encrypt), under one key. The nonce carries a mark by which `sealedByKeykeeper`
 * knows the value again; to GLPI it is as good as any.
 *
 * What is sealed here takes the place of a value that opened, and a mistake would be found when it is too late. So no
 * value leaves before an implementation that shares nothing with the one that sealed it, that of @noble/ciphers, opened it
 * and the plaintext is the same.
 */
export class ValueSealer {
  readonly #cipher: Cipher;
  readonly #mark: NonceMark;
  readonly #openAgain: Opener;
  readonly #held = Buffer.alloc(HELD);
  #random = Buffer.alloc(0);

  /** @param key 32 bytes. @throws RangeError of any other length */
  constructor(key: Buffer, openAgain: Opener = openerByLibrary(key)) {
    this.#cipher = new Cipher(key);
    this.#mark = new NonceMark(key);
    this.#openAgain = openAgain;
  }

  /**
   * @returns base64 of nonce, ciphertext and tag
   * @throws Error where the two implementations disagree: nothing may be written then
   */
  seal(plaintext: Buffer): string {
    const length = NONCE_BYTES + plaintext.length + TAG_BYTES;
    const value = length <= HELD ? this.#held.subarray(0, length) : Buffer.alloc(length);
    const nonce = value.subarray(0, NONCE_BYTES);
    const sealed = value.subarray(NONCE_BYTES);
    nonce.set(this.#takeRandom(), MARK_BYTES);
    nonce.write(this.#mark.of(nonce.subarray(MARK_BYTES)), 'hex');
    sealed.set(plaintext);
    this.#cipher.encryptInPlace(sealed, nonce, nonce);
    if (!plaintext.equals(this.#openAgain(sealed, nonce)))
      throw new Error('what was sealed opens to something else: the memory of this machine makes mistakes');
    return value.toString('base64');
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

function openerByLibrary(key: Buffer): Opener {
  const cipher = new LibraryCipher(key);
  return (sealed, nonce) => cipher.open(sealed, nonce);
}
