const BLOCK_BYTES = 16;
const MODULUS = (1n << 130n) - 5n;
const CLAMP = 0x0ffffffc0ffffffc0ffffffc0fffffffn;
const LOW_128 = (1n << 128n) - 1n;

/**
 * Poly1305 as RFC 8439 section 2.5 reads, over whole numbers: slow, and plainly right.
 *
 * @param message a multiple of 16 bytes. @param key 32 bytes.
 * @returns the tag of 16 bytes.
 */
export function slowPoly1305(message: Uint8Array, key: Uint8Array): Buffer {
  const text = bufferOver(message);
  const oneTime = bufferOver(key);
  const r = numberAt(oneTime, 0) & CLAMP;
  let sum = 0n;
  for (let position = 0; position < text.length; position += BLOCK_BYTES) {
    sum = ((sum + numberAt(text, position) + (1n << 128n)) * r) % MODULUS;
  }
  const total = (sum + numberAt(oneTime, BLOCK_BYTES)) & LOW_128;
  const tag = Buffer.alloc(BLOCK_BYTES);
  tag.writeBigUInt64LE(total & 0xffffffffffffffffn);
  tag.writeBigUInt64LE(total >> 64n, 8);
  return tag;
}

/** Sixteen bytes from `position` on, the lowest first. */
function numberAt(bytes: Buffer, position: number): bigint {
  return bytes.readBigUInt64LE(position) | (bytes.readBigUInt64LE(position + 8) << 64n);
}

function bufferOver(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
