import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';

/** Seals as GLPI does (GLPIKey::encrypt), with a library of its own: no mark of Keykeeper's in the nonce. */
export function sealAsGlpi(plaintext: Buffer, key: Buffer, nonce: Buffer): string {
  return Buffer.concat([nonce, xchacha20poly1305(key, nonce, nonce).encrypt(plaintext)]).toString('base64');
}

/** Null where the key does not open it. */
export function openAsGlpi(value: string, key: Buffer): Buffer | null {
  const bytes = Buffer.from(value, 'base64');
  if (bytes.length < 40) return null;
  const nonce = bytes.subarray(0, 24);
  try {
    return Buffer.from(xchacha20poly1305(key, nonce, nonce).decrypt(bytes.subarray(24)));
  } catch {
    return null;
  }
}
