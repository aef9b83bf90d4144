/** Counts what comes out of an archive, so that a small one cannot unfold without end. */
export class Meter {
  readonly #limit: number;
  readonly #onTake: (bytes: number) => void;
  #taken = 0;

  /** @param onTake told of every chunk, for progress */
  constructor(limit: number, onTake: (bytes: number) => void) {
    this.#limit = limit;
    this.#onTake = onTake;
  }

  /** @throws Error when the limit is passed */
  take(bytes: number): void {
    this.#taken += bytes;
    this.#onTake(bytes);
    if (this.#taken > this.#limit) throw new Error(`unfolds to more than ${this.#limit} bytes`);
  }
}

/** The same chunks, counted. */
export async function* metered(chunks: AsyncIterable<Buffer>, meter: Meter): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    meter.take(chunk.length);
    yield chunk;
  }
}

/**
 * All of a stream in one piece.
 *
 * @returns null where it holds more than `limit` bytes; it is not read any further then
 */
export async function readUpTo(chunks: AsyncIterable<Buffer>, limit: number): Promise<Buffer | null> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > limit) return null;
    parts.push(chunk);
  }
  return Buffer.concat(parts);
}

/** A stream inside another one: whoever stops reading it early must not end the one around it. */
export interface Shielded extends AsyncIterable<Buffer> {
  /** Reads what is left, so that the stream around it can go on. */
  drain(): Promise<void>;
}

export function shielded(inner: AsyncIterable<Buffer>): Shielded {
  const iterator = inner[Symbol.asyncIterator]();
  async function* chunks(): AsyncGenerator<Buffer> {
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
  }
  return {
    [Symbol.asyncIterator]: chunks,
    drain: async () => {
      while ((await iterator.next()).done !== true);
    },
  };
}
