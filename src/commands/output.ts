import { fstatSync, writeSync } from 'node:fs';
import { systemCode } from '../core/failure.ts';

export type OutputStream = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };

/**
 * Standard output or standard error. Node's stream for one loads all of its networking, a tenth of Node's own start: it is
 * made for a terminal, and for who asks for it. Into a file, a pipe or a socket a text goes by one system call, which is
 * what the stream does there too (Node.js documentation, "A note on process I/O").
 */
export class Output {
  readonly #open: () => OutputStream;
  readonly #descriptor: number | null;
  #stream: OutputStream | null = null;

  /** @param descriptor null: everything goes through the stream */
  constructor(open: () => OutputStream, descriptor: number | null = null) {
    this.#open = open;
    this.#descriptor = descriptor;
  }

  get isTTY(): boolean {
    return !this.#isPlain() && this.stream().isTTY === true;
  }

  get columns(): number | undefined {
    return this.stream().columns;
  }

  /** For who writes bytes, or reads how much is still to be written. */
  stream(): OutputStream {
    this.#stream ??= this.#open();
    return this.#stream;
  }

  /** Writes all of a text. A reader that went away (`keykeeper history | head -1`) is no error. */
  async write(text: string): Promise<void> {
    try {
      const rest = this.#isPlain() ? this.#writeNow(Buffer.from(text)) : text;
      if (rest.length > 0) await writeTo(this.stream(), rest);
    } catch (error) {
      if (systemCode(error) !== 'EPIPE') throw error;
    }
  }

  /** Whether it is no terminal, which a descriptor alone can tell, and its stream has nothing that must come first. */
  #isPlain(): boolean {
    if (this.#descriptor === null || this.#stream !== null) return false;
    try {
      return !fstatSync(this.#descriptor).isCharacterDevice();
    } catch {
      // Closed by who started this: Node puts something in its place.
      return false;
    }
  }

  /** @returns what is left where the reader is slow and the descriptor does not wait for it (`O_NONBLOCK`) */
  #writeNow(bytes: Buffer): Buffer {
    let written = 0;
    try {
      while (written < bytes.length) written += writeSync(this.#descriptor ?? 1, bytes, written);
    } catch (error) {
      if (systemCode(error) !== 'EAGAIN') throw error;
    }
    return bytes.subarray(written);
  }
}

function writeTo(stream: NodeJS.WritableStream, text: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => {
      if (error === null || error === undefined) resolve();
      else reject(error);
    });
  });
}
