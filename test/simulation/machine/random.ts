/** Random numbers that a seed reproduces (xorshift32, Marsaglia 2003). */
export class Random {
  #state: number;

  /** @param seed any integer */
  constructor(seed: number) {
    // Neighbouring seeds must not begin alike, and 0 is a fixed point.
    this.#state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) >>> 0 || 1;
    for (let round = 0; round < 8; round += 1) this.next();
  }

  /** 0 to 2^32 - 1. */
  next(): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state >>> 0;
    return this.#state;
  }

  /** 0 to `limit` - 1. */
  below(limit: number): number {
    return Math.floor((this.next() / 0x1_0000_0000) * limit);
  }

  /** True in `percent` of 100 cases. */
  chance(percent: number): boolean {
    return this.next() < (percent / 100) * 0x1_0000_0000;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new RangeError('nothing to pick from');
    return item;
  }

  bytes(length: number): Buffer {
    const bytes = Buffer.alloc(length);
    for (let at = 0; at < length; at += 1) bytes[at] = this.next() >>> 24;
    return bytes;
  }
}
