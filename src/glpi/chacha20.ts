/** "expand 32-byte k", RFC 8439 section 2.3. */
const CONSTANTS = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574] as const;
const BLOCK_BYTES = 64;
const BLOCK_WORDS = 16;
/** Where key, counter and nonce stand among the words of a state. */
const KEY = 4;
const COUNTER = 12;
const NONCE = 14;
/** The part of XChaCha20's nonce that HChaCha20 leaves to the stream, in bytes. */
const STREAM_NONCE = 16;

/**
 * XChaCha20 (draft-irtf-cfrg-xchacha-03 section 2.3) under one key, for one nonce after the other. The memory for it is
 * made once: for values of a few bytes, making it would cost more than the rounds.
 */
export class XChaCha20 {
  readonly #keyed: Int32Array;
  /** Key and nonce as HChaCha20 gives them for the nonce at hand; the counter changes with the block. */
  readonly #state: Int32Array;
  readonly #block = new Int32Array(BLOCK_WORDS);

  /** @param key 32 bytes. @throws RangeError of any other length */
  constructor(key: Uint8Array) {
    this.#keyed = initialState(keyWords(key));
    this.#state = Int32Array.from(this.#keyed);
  }

  /** @param nonce 24 bytes. */
  begin(nonce: Uint8Array): void {
    for (let index = 0; index < 4; index += 1) this.#keyed[COUNTER + index] = word(nonce, 4 * index);
    permute(this.#keyed, this.#block);
    takeSubkey(this.#block, this.#state, KEY);
    // Four zero bytes and the last 8 of the nonce: the zeros stand there since the beginning.
    this.#state[NONCE] = word(nonce, STREAM_NONCE);
    this.#state[NONCE + 1] = word(nonce, STREAM_NONCE + 4);
  }

  /** The words of one block of the key stream (RFC 8439 section 2.3); the next call overwrites them. */
  block(counter: number): Int32Array {
    const state = this.#state;
    const block = this.#block;
    state[COUNTER] = counter;
    permute(state, block);
    for (let index = 0; index < BLOCK_WORDS; index += 1) block[index] = (block[index] ?? 0) + (state[index] ?? 0);
    return block;
  }

  /** Overwrites `target` with the exclusive or of itself and the stream from block `counter` on. */
  apply(target: Uint8Array, counter: number): void {
    for (let position = 0; position < target.length; position += BLOCK_BYTES) {
      const block = this.block(counter + position / BLOCK_BYTES);
      const end = Math.min(BLOCK_BYTES, target.length - position);
      for (let index = 0; index < end; index += 1) {
        const streamByte = (block[index >>> 2] ?? 0) >>> (8 * (index & 3));
        target[position + index] = (target[position + index] ?? 0) ^ streamByte;
      }
    }
  }
}

/** Eight words, little-endian, as the rounds take them. */
export function keyWords(key: Uint8Array): Uint32Array {
  if (key.length !== 32) throw new RangeError(`expected a key of 32 bytes, got ${key.length}`);
  const words = new Uint32Array(8);
  for (let index = 0; index < 8; index += 1) words[index] = word(key, 4 * index);
  return words;
}

/** HChaCha20 (draft-irtf-cfrg-xchacha-03 section 2.2): a key of eight words from a key and the first 16 bytes of `nonce`. */
export function hchacha20(key: Uint32Array, nonce: Uint8Array): Uint32Array {
  const state = initialState(key);
  for (let index = 0; index < 4; index += 1) state[COUNTER + index] = word(nonce, 4 * index);
  const block = new Int32Array(BLOCK_WORDS);
  permute(state, block);
  const subkey = new Uint32Array(8);
  takeSubkey(block, subkey, 0);
  return subkey;
}

/** HChaCha20's result: the first and the last row, without the addition that ends a block. */
function takeSubkey(block: Int32Array, into: Int32Array | Uint32Array, at: number): void {
  for (let index = 0; index < 4; index += 1) {
    into[at + index] = block[index] ?? 0;
    into[at + 4 + index] = block[12 + index] ?? 0;
  }
}

function initialState(key: Uint32Array): Int32Array {
  const state = new Int32Array(BLOCK_WORDS);
  for (let index = 0; index < 4; index += 1) state[index] = CONSTANTS[index] ?? 0;
  state.set(key, KEY);
  return state;
}

/** Ten double rounds (RFC 8439 section 2.3): columns, then diagonals. */
function permute(state: Int32Array, block: Int32Array): void {
  block.set(state);
  for (let round = 0; round < 10; round += 1) {
    quarterRound(block, 0, 4, 8, 12);
    quarterRound(block, 1, 5, 9, 13);
    quarterRound(block, 2, 6, 10, 14);
    quarterRound(block, 3, 7, 11, 15);
    quarterRound(block, 0, 5, 10, 15);
    quarterRound(block, 1, 6, 11, 12);
    quarterRound(block, 2, 7, 8, 13);
    quarterRound(block, 3, 4, 9, 14);
  }
}

/** RFC 8439 section 2.1. */
function quarterRound(state: Int32Array, ia: number, ib: number, ic: number, id: number): void {
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

function rotateLeft(bits: number, by: number): number {
  return (bits << by) | (bits >>> (32 - by));
}

function word(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24);
}
