import type { Fingerprint } from '../core/brand.ts';
import { decodeBase64AsPhp, SEALED_MINIMUM_BYTES, ValueCipher } from './sealed-value.ts';

export interface Opened {
  readonly fingerprint: Fingerprint;
  readonly key: Buffer;
  readonly cipher: ValueCipher;
  /** The value's bytes: nonce, ciphertext and tag. */
  readonly sealed: Buffer;
  readonly plaintext: Buffer;
}

/**
 * Known keys, to be tried on many values. The key that opened the last value comes first on the next, for the values of
 * a database mostly share one; a value opens under one key alone, so the order is of no consequence but for the time.
 */
export class KeyRing {
  readonly #keys: Omit<Opened, 'sealed' | 'plaintext'>[];

  /** @param keys 32 bytes each, by fingerprint, the likeliest first. */
  constructor(keys: ReadonlyMap<Fingerprint, Buffer>) {
    this.#keys = [...keys].map(([fingerprint, key]) => ({ fingerprint, key, cipher: new ValueCipher(key) }));
  }

  /** Opens a sealed value under whichever key fits; null if none does. */
  open(value: string): Opened | null {
    const sealed = decodeBase64AsPhp(value);
    if (sealed.length < SEALED_MINIMUM_BYTES) return null;
    for (let index = 0; index < this.#keys.length; index += 1) {
      const known = this.#keys[index];
      const plaintext = known?.cipher.open(sealed) ?? null;
      if (known === undefined || plaintext === null) continue;
      if (index > 0) this.#keys.unshift(...this.#keys.splice(index, 1));
      return { fingerprint: known.fingerprint, key: known.key, cipher: known.cipher, sealed, plaintext };
    }
    return null;
  }
}
