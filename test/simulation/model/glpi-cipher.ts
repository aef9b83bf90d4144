import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { newMemory } from '../machine/remember.ts';

const OVERHEAD = 24 + 16;

/** What GLPI sealed itself: under which key a value opens, and what it holds. */
const SEALED = newMemory<string, { readonly key: Buffer; readonly plaintext: Buffer }>();

/** Seals as GLPI does (GLPIKey::encrypt), with a library of its own: no mark of Keykeeper's in the nonce. */
export function sealAsGlpi(plaintext: Buffer, key: Buffer, nonce: Buffer): string {
  const value = Buffer.concat([nonce, xchacha20poly1305(key, nonce, nonce).encrypt(plaintext)]).toString('base64');
  SEALED.set(value, { key: Buffer.from(key), plaintext: Buffer.from(plaintext) });
  return value;
}

/** Null where the key does not open it. Of what was sealed here it is known which one does: no other opens it. */
export function openAsGlpi(value: string, key: Buffer): Buffer | null {
  const sealed = SEALED.get(value);
  if (sealed !== undefined) return sealed.key.equals(key) ? sealed.plaintext : null;
  const bytes = Buffer.from(value, 'base64');
  if (bytes.length < OVERHEAD) return null;
  const nonce = bytes.subarray(0, 24);
  try {
    return Buffer.from(xchacha20poly1305(key, nonce, nonce).decrypt(bytes.subarray(24)));
  } catch {
    return null;
  }
}

/** The key of the routine of before 9.5, where there is no `glpi.key`. */
const LEGACY = Buffer.from("GLPI£i'snarss'ç", 'utf8');

/**
 * What a GLPI without a key file takes a value for (Toolbox::decrypt of before 9.5): of each byte the key's byte is
 * taken away, and 11 escapes what could be HTML.
 */
export function garbleAsGlpi(value: string, version: string): Buffer {
  const bytes = Buffer.from(value, 'base64');
  const clear = Buffer.from(bytes.map((byte, at) => byte - (LEGACY.at((at % LEGACY.length) - 1) ?? 0)));
  if (!version.startsWith('11')) return clear;
  return Buffer.from(clear.toString('latin1').replaceAll('<', '&lt;').replaceAll('>', '&gt;'), 'latin1');
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
