/*
 * Numbers of 130 bits are six limbs of 22 bits here. A limb of a product is a sum of six products, of which those that
 * would land above 2^132 come back at the bottom twenty times (2^130 = 5 modulo 2^130 - 5): below 2^52, exact in a double.
 */
const LIMB_BITS = 22;
const LIMB_SIZE = 2 ** LIMB_BITS;
const LIMB_MASK = LIMB_SIZE - 1;
const BLOCK_BYTES = 16;
/** The top limb's bits from 2^130 on, and those below. */
const TOP_BITS = 130 - 5 * LIMB_BITS;
const TOP_MASK = 2 ** TOP_BITS - 1;

/** Limbs, the lowest first. */
type Limbs = [number, number, number, number, number, number];

/**
 * Poly1305 (RFC 8439 section 2.5) over a message whose length is a multiple of 16 bytes, as the AEAD construction makes
 * it. No branch and no index depends on the key or the message.
 *
 * @param key 32 bytes, used once: r, then s.
 * @returns the tag of 16 bytes.
 */
export function poly1305(message: Uint8Array, key: Uint8Array): Uint8Array {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  const [r0, r1, r2, r3, r4, r5] = clampedLimbs(key);
  const [s1, s2, s3, s4, s5] = [20 * r1, 20 * r2, 20 * r3, 20 * r4, 20 * r5];
  let [h0, h1, h2, h3, h4, h5] = [0, 0, 0, 0, 0, 0];
  for (let position = 0; position < message.length; position += BLOCK_BYTES) {
    const w0 = view.getUint32(position, true);
    const w1 = view.getUint32(position + 4, true);
    const w2 = view.getUint32(position + 8, true);
    const w3 = view.getUint32(position + 12, true);
    h0 += w0 & LIMB_MASK;
    h1 += ((w0 >>> 22) | (w1 << 10)) & LIMB_MASK;
    h2 += ((w1 >>> 12) | (w2 << 20)) & LIMB_MASK;
    h3 += (w2 >>> 2) & LIMB_MASK;
    h4 += ((w2 >>> 24) | (w3 << 8)) & LIMB_MASK;
    // Every block counts as 17 bytes, of which the last is 1.
    h5 += (w3 >>> 14) | (1 << 18);

    const p0 = h0 * r0 + h1 * s5 + h2 * s4 + h3 * s3 + h4 * s2 + h5 * s1;
    const p1 = h0 * r1 + h1 * r0 + h2 * s5 + h3 * s4 + h4 * s3 + h5 * s2 + above(p0);
    const p2 = h0 * r2 + h1 * r1 + h2 * r0 + h3 * s5 + h4 * s4 + h5 * s3 + above(p1);
    const p3 = h0 * r3 + h1 * r2 + h2 * r1 + h3 * r0 + h4 * s5 + h5 * s4 + above(p2);
    const p4 = h0 * r4 + h1 * r3 + h2 * r2 + h3 * r1 + h4 * r0 + h5 * s5 + above(p3);
    const p5 = h0 * r5 + h1 * r4 + h2 * r3 + h3 * r2 + h4 * r1 + h5 * r0 + above(p4);
    // What is left of the carry makes the second limb less than 2^9 too large: the next block has room for that.
    const low = within(p0) + 20 * above(p5);
    h0 = within(low);
    h1 = within(p1) + above(low);
    h2 = within(p2);
    h3 = within(p3);
    h4 = within(p4);
    h5 = within(p5);
  }
  return finish([h0, h1, h2, h3, h4, h5], key);
}

function above(product: number): number {
  return Math.floor(product / LIMB_SIZE);
}

function within(product: number): number {
  return product - Math.floor(product / LIMB_SIZE) * LIMB_SIZE;
}

/** r: the first 16 bytes of the key without the 22 bits that RFC 8439 section 2.5 clears. */
function clampedLimbs(key: Uint8Array): Limbs {
  const view = new DataView(key.buffer, key.byteOffset, BLOCK_BYTES);
  const w0 = view.getUint32(0, true) & 0x0fffffff;
  const w1 = view.getUint32(4, true) & 0x0ffffffc;
  const w2 = view.getUint32(8, true) & 0x0ffffffc;
  const w3 = view.getUint32(12, true) & 0x0ffffffc;
  return [
    w0 & LIMB_MASK,
    ((w0 >>> 22) | (w1 << 10)) & LIMB_MASK,
    ((w1 >>> 12) | (w2 << 20)) & LIMB_MASK,
    (w2 >>> 2) & LIMB_MASK,
    ((w2 >>> 24) | (w3 << 8)) & LIMB_MASK,
    w3 >>> 14,
  ];
}

/** Reduces fully, adds s modulo 2^128 and writes 16 bytes, little-endian. */
function finish(sum: Limbs, key: Uint8Array): Uint8Array {
  // Twice: five times the first carry out of the top may make the bottom overflow once more.
  for (let pass = 0; pass < 2; pass += 1) {
    const over = carryThrough(sum);
    sum[0] += 5 * over;
  }
  // sum + 5 has the bit 2^130 exactly if sum >= 2^130 - 5; then its lower bits are the remainder.
  const reduced: Limbs = [...sum];
  reduced[0] += 5;
  const keepReduced = -carryThrough(reduced);
  const tag = new Uint8Array(BLOCK_BYTES);
  let carry = 0;
  for (let byte = 0; byte < BLOCK_BYTES; byte += 1) {
    const value = (byteOf(reduced, byte) & keepReduced) | (byteOf(sum, byte) & ~keepReduced);
    carry += value + (key[BLOCK_BYTES + byte] ?? 0);
    tag[byte] = carry;
    carry >>>= 8;
  }
  return tag;
}

/** Brings every limb below its size and returns what is carried out at 2^130. */
function carryThrough(limbs: Limbs): number {
  let carry = 0;
  for (let limb = 0; limb < 5; limb += 1) {
    const total = (limbs[limb] ?? 0) + carry;
    limbs[limb] = total & LIMB_MASK;
    carry = total >>> LIMB_BITS;
  }
  const top = limbs[5] + carry;
  limbs[5] = top & TOP_MASK;
  return top >>> TOP_BITS;
}

/** Byte `byte` of a number whose limbs are each below 2^22. */
function byteOf(limbs: Limbs, byte: number): number {
  const limb = Math.floor((8 * byte) / LIMB_BITS);
  const shift = 8 * byte - limb * LIMB_BITS;
  return (((limbs[limb] ?? 0) >>> shift) | ((limbs[limb + 1] ?? 0) << (LIMB_BITS - shift))) & 0xff;
}
