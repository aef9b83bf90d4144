import { createCipheriv, createDecipheriv } from 'node:crypto';

/** Lengths in bytes (draft-irtf-cfrg-xchacha-03, section 2). */
export const NONCE_BYTES = 24;
export const TAG_BYTES = 16;

const ALGORITHM = 'chacha20-poly1305';
/** "expand 32-byte k", RFC 8439 section 2.3. */
const CONSTANTS = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574] as const;

/**
 * XChaCha20-Poly1305-IETF: HChaCha20 makes a key of the first 16 bytes of the nonce, then RFC 8439's cipher runs with
 * four zero bytes and the last 8 as its nonce. Node.js has the latter natively and the former not at all.
 *
 * @param additional authenticated, not encrypted.
 * @returns ciphertext, then the tag of 16 bytes.
 */
export function encrypt(plaintext: Buffer, key: Buffer, nonce: Buffer, additional: Buffer): Buffer {
  const cipher = createCipheriv(ALGORITHM, hchacha20(key, nonce), shortNonce(nonce), { authTagLength: TAG_BYTES });
  cipher.setAAD(additional, { plaintextLength: plaintext.length });
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/** The plaintext, or null if the tag does not verify or `sealed` is shorter than a tag. */
export function decrypt(sealed: Buffer, key: Buffer, nonce: Buffer, additional: Buffer): Buffer | null {
  const length = sealed.length - TAG_BYTES;
  if (length < 0) return null;
  const decipher = createDecipheriv(ALGORITHM, hchacha20(key, nonce), shortNonce(nonce), { authTagLength: TAG_BYTES });
  decipher.setAuthTag(sealed.subarray(length));
  decipher.setAAD(additional, { plaintextLength: length });
  const plaintext = decipher.update(sealed.subarray(0, length));
  try {
    decipher.final();
  } catch {
    // Nothing but a wrong tag makes final() throw here: all lengths are right.
    return null;
  }
  return plaintext;
}

/** draft-irtf-cfrg-xchacha-03 section 2.2: ChaCha20's rounds without the final addition; first and last row are the key. */
function hchacha20(key: Buffer, nonce: Buffer): Buffer {
  if (key.length !== 32) throw new RangeError(`expected a key of 32 bytes, got ${key.length}`);
  if (nonce.length !== NONCE_BYTES) throw new RangeError(`expected a nonce of 24 bytes, got ${nonce.length}`);
  const state = new Uint32Array(16);
  state.set(CONSTANTS);
  for (let word = 0; word < 8; word += 1) state[4 + word] = key.readUInt32LE(4 * word);
  for (let word = 0; word < 4; word += 1) state[12 + word] = nonce.readUInt32LE(4 * word);
  for (let round = 0; round < 10; round += 1) {
    quarterRound(state, 0, 4, 8, 12);
    quarterRound(state, 1, 5, 9, 13);
    quarterRound(state, 2, 6, 10, 14);
    quarterRound(state, 3, 7, 11, 15);
    quarterRound(state, 0, 5, 10, 15);
    quarterRound(state, 1, 6, 11, 12);
    quarterRound(state, 2, 7, 8, 13);
    quarterRound(state, 3, 4, 9, 14);
  }
  const subkey = Buffer.allocUnsafe(32);
  for (let word = 0; word < 4; word += 1) {
    subkey.writeUInt32LE(state[word] ?? 0, 4 * word);
    subkey.writeUInt32LE(state[12 + word] ?? 0, 16 + 4 * word);
  }
  return subkey;
}

/** RFC 8439 section 2.1. */
function quarterRound(state: Uint32Array, ia: number, ib: number, ic: number, id: number): void {
  let a = state[ia] ?? 0;
  let b = state[ib] ?? 0;
  let c = state[ic] ?? 0;
  let d = state[id] ?? 0;
  a = (a + b) | 0;
  d = rotateLeft(d ^ a, 16);
  c = (c + d) | 0;
  b = rotateLeft(b ^ c, 12);
  a = (a + b) | 0;
  d = rotateLeft(d ^ a, 8);
  c = (c + d) | 0;
  b = rotateLeft(b ^ c, 7);
  state[ia] = a;
  state[ib] = b;
  state[ic] = c;
  state[id] = d;
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

function shortNonce(nonce: Buffer): Buffer {
  const short = Buffer.alloc(12);
  nonce.copy(short, 4, 16);
  return short;
}
