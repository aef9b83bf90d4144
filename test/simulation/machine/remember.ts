/** More than one history asks for. */
const MOST = 2_000;

/**
 * What a pure function of the product gave for the same input is given again: a history asks for it hundreds of times, for
 * each of its keepers is a new process that knows nothing yet. Nobody changes what is given; what is thrown is computed
 * anew.
 */
export class Remembered<T> {
  readonly #known = new Map<string, T>();

  /** @param input all that the result depends on */
  recall(input: string, compute: () => T): T {
    let result = this.#known.get(input);
    if (result === undefined) {
      result = compute();
      if (this.#known.size >= MOST) this.#known.clear();
      this.#known.set(input, result);
    }
    return result;
  }
}

/** Bytes by which most files of a vault differ: their hash stands at their end. */
const END = 100;

/** The same for a function of bytes and a little text: of long inputs only the end is hashed, then all is compared. */
export class RememberedBytes<T> {
  readonly #known = new Map<string, { readonly input: Buffer; readonly result: T }[]>();
  #size = 0;

  recall(name: string, input: Buffer, compute: () => T): T {
    const key = `${name} ${input.length} ${input.toString('latin1', Math.max(input.length - END, 0))}`;
    const alike = this.#known.get(key);
    for (const each of alike ?? []) if (each.input.equals(input)) return each.result;
    const result = compute();
    if (this.#size >= MOST) {
      this.#known.clear();
      this.#size = 0;
    }
    this.#size += 1;
    const made = { input: Buffer.from(input), result };
    if (alike === undefined) this.#known.set(key, [made]);
    else alike.push(made);
    return result;
  }
}
