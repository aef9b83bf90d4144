/** The first bytes of what a command writes; the rest is counted as cut and dropped. */
export class KeptOutput {
  readonly #limit: number;
  readonly #chunks: Buffer[] = [];
  #length = 0;
  cut = false;

  /** @param limit in bytes */
  constructor(limit: number) {
    this.#limit = limit;
  }

  add(bytes: Buffer): void {
    const part = bytes.subarray(0, this.#limit - this.#length);
    if (part.length < bytes.length) this.cut = true;
    if (part.length === 0) return;
    // A copy: the part would keep its whole chunk alive.
    this.#chunks.push(Buffer.from(part));
    this.#length += part.length;
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString('utf8');
  }
}
