import type { Fingerprint } from '../core/brand.ts';
import { decodeBase64AsPhp, openBytes, SEALED_MINIMUM_BYTES } from './sealed-value.ts';

export interface Opened {
  readonly fingerprint: Fingerprint;
  readonly key: Buffer;
  /** The value's bytes: nonce, ciphertext and tag. */
  readonly sealed: Buffer;
  readonly plaintext: Buffer;
}

/**
 * Known keys, to be tried on many values. The key that opened the last value comes first on the next, for the values of
 * a database mostly share one; a value opens under one key alone, so the order is of no consequence but for the time.
 */
export class KeyRing {
  #keys: [Fingerprint, Buffer][];

  /** @param keys 32 bytes each, by fingerprint, the likeliest first. */
  constructor(keys: ReadonlyMap<Fingerprint, Buffer>) {
    this.#keys = [...keys];
  }

  /** Opens a sealed value under whichever key fits; null if none does. */
  open(value: string): Opened | null {
    const sealed = decodeBase64AsPhp(value);
    if (sealed.length < SEALED_MINIMUM_BYTES) return null;
    for (const [index, [fingerprint, key]] of this.#keys.entries()) {
      const plaintext = openBytes(sealed, key);
      if (plaintext === null) continue;
      if (index > 0) this.#keys.unshift(...this.#keys.splice(index, 1));
      return { fingerprint, key, sealed, plaintext };
    }
    return null;
  }
}
