import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';

const OVERHEAD = 24 + 16;

/** Seals as GLPI does (GLPIKey::encrypt), with a library of its own: no mark of Keykeeper's in the nonce. */
export function sealAsGlpi(plaintext: Buffer, key: Buffer, nonce: Buffer): string {
  return Buffer.concat([nonce, xchacha20poly1305(key, nonce, nonce).encrypt(plaintext)]).toString('base64');
}

/** Null where the key does not open it. */
export function openAsGlpi(value: string, key: Buffer): Buffer | null {
  const bytes = Buffer.from(value, 'base64');
  if (bytes.length < OVERHEAD) return null;
  const nonce = bytes.subarray(0, 24);
  try {
    return Buffer.from(xchacha20poly1305(key, nonce, nonce).decrypt(bytes.subarray(24)));
  } catch {
    return null;
  }
}

/** Opens values again and again, as whoever looks on at a history does. */
export class Opener {
  readonly #opened = new Map<string, Map<string, Buffer | null>>();

  /** As {@link openAsGlpi}. */
  open(value: string, key: Buffer): Buffer | null {
    const name = key.toString('latin1');
    let known = this.#opened.get(name);
    if (known === undefined) {
      known = new Map();
      this.#opened.set(name, known);
    }
    let plaintext = known.get(value);
    if (plaintext === undefined) {
      plaintext = openAsGlpi(value, key);
      known.set(value, plaintext);
    }
    return plaintext;
  }
}
