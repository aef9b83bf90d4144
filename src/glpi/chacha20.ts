/** "expand 32-byte k", RFC 8439 section 2.3. */
const CONSTANTS = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574] as const;
const BLOCK_BYTES = 64;
const BLOCK_WORDS = 16;

/** Eight words, little-endian, as the rounds take them. */
export function keyWords(key: Uint8Array): Uint32Array {
  if (key.length !== 32) throw new RangeError(`expected a key of 32 bytes, got ${key.length}`);
  const words = new Uint32Array(8);
  for (let index = 0; index < 8; index += 1) words[index] = word(key, 4 * index);
  return words;
}

/**
 * HChaCha20 (draft-irtf-cfrg-xchacha-03 section 2.2): a key of eight words from a key and the first 16 bytes of `nonce`.
 * The rounds run without the final addition; the first and the last row are the result.
 */
export function hchacha20(key: Uint32Array, nonce: Uint8Array): Uint32Array {
  const state = initialState(key);
  for (let index = 0; index < 4; index += 1) state[12 + index] = word(nonce, 4 * index);
  runRounds(state);
  const subkey = new Uint32Array(8);
  for (let index = 0; index < 4; index += 1) {
    subkey[index] = state[index] ?? 0;
    subkey[4 + index] = state[12 + index] ?? 0;
  }
  return subkey;
}

/**
 * The key stream from block `counter` on (RFC 8439 section 2.4), its nonce being four zero bytes and the 8 bytes of
 * `nonce` from `offset`. `target` is overwritten with the exclusive or of itself and the stream.
 */
export function applyStream(
  target: Uint8Array,
  key: Uint32Array,
  counter: number,
  nonce: Uint8Array,
  offset: number,
): void {
  const start = initialState(key);
  start[14] = word(nonce, offset);
  start[15] = word(nonce, offset + 4);
  const block = new Uint32Array(BLOCK_WORDS);
  for (let position = 0; position < target.length; position += BLOCK_BYTES) {
    start[12] = counter + position / BLOCK_BYTES;
    block.set(start);
    runRounds(block);
    const end = Math.min(BLOCK_BYTES, target.length - position);
    for (let index = 0; index < BLOCK_WORDS; index += 1) block[index] = (block[index] ?? 0) + (start[index] ?? 0);
    for (let index = 0; index < end; index += 1) {
      const streamByte = (block[index >>> 2] ?? 0) >>> (8 * (index & 3));
      target[position + index] = (target[position + index] ?? 0) ^ streamByte;
    }
  }
}

function initialState(key: Uint32Array): Uint32Array {
  const state = new Uint32Array(BLOCK_WORDS);
  for (let index = 0; index < 4; index += 1) state[index] = CONSTANTS[index] ?? 0;
  state.set(key, 4);
  return state;
}

/** Ten double rounds (RFC 8439 section 2.3): columns, then diagonals. */
function runRounds(state: Uint32Array): void {
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
}

/** RFC 8439 section 2.1. */
function quarterRound(state: Uint32Array, ia: number, ib: number, ic: number, id: number): void {
  let a = (state[ia] ?? 0) | 0;
  let b = (state[ib] ?? 0) | 0;
  let c = (state[ic] ?? 0) | 0;
  let d = (state[id] ?? 0) | 0;
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

function rotateLeft(bits: number, by: number): number {
  return (bits << by) | (bits >>> (32 - by));
}

function word(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
}
