/** What is remembered, and how to forget it. */
const forgetting: (() => void)[] = [];

/** A history has keys and values of its own: nothing of the last one is asked for again. */
export function forgetAll(): void {
  for (const forget of forgetting) forget();
}

/** A map that is empty at the beginning of each history. */
export function newMemory<K, V>(): Map<K, V> {
  const memory = new Map<K, V>();
  forgetting.push(() => memory.clear());
  return memory;
}

/**
 * What a pure function of the product gave for the same input is given again: a history asks for it hundreds of times, for
 * each of its keepers is a new process that knows nothing yet. Nobody changes what is given; what is thrown is computed
 * anew.
 */
export class Remembered<T> {
  readonly #known = newMemory<string, T>();

  /** @param input all that the result depends on */
  recall(input: string, compute: () => T): T {
    return recallFrom(this.#known, input, compute);
  }
}

/** What `known` has for the input; else it is computed, and known from then on. */
export function recallFrom<T>(known: Map<string, T>, input: string, compute: () => T): T {
  let result = known.get(input);
  if (result === undefined) {
    result = compute();
    known.set(input, result);
  }
  return result;
}

/** Bytes by which most files of a vault differ: their hash stands at their end. */
const END = 100;

/** The same for a function of bytes and a little text: of long inputs only the end is hashed, then all is compared. */
export class RememberedBytes<T> {
  readonly #known = newMemory<string, { readonly input: Buffer; readonly result: T }[]>();

  recall(name: string, input: Buffer, compute: () => T): T {
    const key = `${name} ${input.length} ${input.toString('latin1', Math.max(input.length - END, 0))}`;
    const alike = this.#known.get(key);
    for (const each of alike ?? []) if (each.input.equals(input)) return each.result;
    const made = { input: Buffer.from(input), result: compute() };
    if (alike === undefined) this.#known.set(key, [made]);
    else alike.push(made);
    return made.result;
  }
}
