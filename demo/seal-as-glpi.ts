import { randomBytes } from 'node:crypto';
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';

const NONCE_BYTES = 24;

/**
 * Seals as GLPI does: base64 of nonce, ciphertext and tag, the nonce being the additional data too. Not Keykeeper's own
 * code, whose sealed values are marked as such and prove nothing.
 */
export function sealAsGlpi(text: string, key: Buffer): string {
  const nonce = randomBytes(NONCE_BYTES);
  const sealed = xchacha20poly1305(key, nonce, nonce).encrypt(Buffer.from(text));
  return Buffer.concat([nonce, sealed]).toString('base64');
}

/** Opens as GLPI does: '' for what this key does not open. */
export function openAsGlpi(value: string, key: Buffer): string {
  const bytes = Buffer.from(value, 'base64');
  const nonce = bytes.subarray(0, NONCE_BYTES);
  try {
    return Buffer.from(xchacha20poly1305(key, nonce, nonce).decrypt(bytes.subarray(NONCE_BYTES))).toString();
  } catch {
    return '';
  }
}
