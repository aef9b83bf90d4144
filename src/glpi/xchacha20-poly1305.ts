import { createCipheriv } from 'node:crypto';
import { applyStream, hchacha20, keyWords } from './chacha20.ts';
import { poly1305 } from './poly1305.ts';

/** Lengths in bytes (draft-irtf-cfrg-xchacha-03, section 2). */
export const NONCE_BYTES = 24;
export const TAG_BYTES = 16;

/** Where the part of the nonce stands that HChaCha20 leaves to the stream. */
const STREAM_NONCE = 16;

/*
 * XChaCha20-Poly1305-IETF as libsodium has it: HChaCha20 makes a key of the first 16 bytes of the nonce, then RFC 8439's
 * construction runs with four zero bytes and the last 8 as its nonce. Sealing uses Node.js's own: what is written into a
 * row must be right whatever it costs. Opening does not, for a cipher object costs several times what a secret's few
 * bytes do here, a database may hold a hundred thousand of them, and a mistake there would only fail to open.
 */

/**
 * @param key 32 bytes. @param nonce 24 bytes. @param additional authenticated, not encrypted.
 * @returns ciphertext, then the tag of 16 bytes.
 */
export function encrypt(plaintext: Uint8Array, key: Uint8Array, nonce: Uint8Array, additional: Uint8Array): Buffer {
  const subkey = bytesOf(subkeyOf(key, nonce));
  const streamNonce = Buffer.concat([Buffer.alloc(4), nonce.subarray(STREAM_NONCE)]);
  const cipher = createCipheriv('chacha20-poly1305', subkey, streamNonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(additional, { plaintextLength: plaintext.length });
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/** ChaCha20's words are little-endian, whatever the machine's are. */
function bytesOf(words: Uint32Array): Buffer {
  const bytes = Buffer.alloc(words.length * 4);
  for (const [index, word] of words.entries()) bytes.writeUInt32LE(word, index * 4);
  return bytes;
}

/** The plaintext, or null if the tag does not verify or `sealed` is shorter than a tag. */
export function decrypt(sealed: Uint8Array, key: Uint8Array, nonce: Uint8Array, additional: Uint8Array): Buffer | null {
  const length = sealed.length - TAG_BYTES;
  if (length < 0) return null;
  const subkey = subkeyOf(key, nonce);
  const ciphertext = sealed.subarray(0, length);
  const tag = tagOf(ciphertext, subkey, nonce, additional);
  let difference = 0;
  for (let index = 0; index < TAG_BYTES; index += 1) difference |= (tag[index] ?? 0) ^ (sealed[length + index] ?? 0);
  if (difference !== 0) return null;
  const plaintext = Buffer.allocUnsafe(length);
  plaintext.set(ciphertext);
  applyStream(plaintext, subkey, 1, nonce, STREAM_NONCE);
  return plaintext;
}

function subkeyOf(key: Uint8Array, nonce: Uint8Array): Uint32Array {
  if (nonce.length !== NONCE_BYTES) throw new RangeError(`expected a nonce of 24 bytes, got ${nonce.length}`);
  return hchacha20(keyWords(key), nonce);
}

/** RFC 8439 section 2.8: the tag over additional data and ciphertext, each padded to 16 bytes, and their lengths. */
function tagOf(ciphertext: Uint8Array, subkey: Uint32Array, nonce: Uint8Array, additional: Uint8Array): Uint8Array {
  const oneTimeKey = new Uint8Array(32);
  applyStream(oneTimeKey, subkey, 0, nonce, STREAM_NONCE);
  const start = padded(additional.length);
  const end = start + padded(ciphertext.length);
  const message = new Uint8Array(end + 16);
  message.set(additional);
  message.set(ciphertext, start);
  const lengths = new DataView(message.buffer, end);
  // The upper halves of the two 64-bit lengths stay zero: no Buffer is that long.
  lengths.setUint32(0, additional.length, true);
  lengths.setUint32(8, ciphertext.length, true);
  return poly1305(message, oneTimeKey);
}

function padded(length: number): number {
  return Math.ceil(length / 16) * 16;
}
