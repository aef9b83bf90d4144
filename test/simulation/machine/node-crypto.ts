import { type BinaryLike, type BinaryToTextEncoding, hash as hashAtOnce } from 'node:crypto';
import { theMachine } from './machine.ts';

/** Stands for `node:crypto` in the product's modules: the same, with random numbers that the seed reproduces. */
export * from 'node:crypto';

export function randomBytes(length: number): Buffer {
  return theMachine().random.bytes(length);
}

export function randomInt(least: number, most?: number): number {
  const [from, to] = most === undefined ? [0, least] : [least, most];
  return from + theMachine().random.below(to - from);
}

export function randomUUID(): string {
  const hex = theMachine().random.bytes(16).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** The same digests: a hash object of Node.js costs several times what is hashed here. */
export function createHash(algorithm: string): Digest {
  return new Digest(algorithm);
}

class Digest {
  readonly #algorithm: string;
  #text = '';
  #parts: Uint8Array[] | null = null;

  constructor(algorithm: string) {
    this.#algorithm = algorithm;
  }

  update(part: string | Uint8Array): this {
    if (typeof part === 'string' && this.#parts === null) this.#text += part;
    else {
      this.#parts ??= this.#text === '' ? [] : [Buffer.from(this.#text)];
      this.#parts.push(typeof part === 'string' ? Buffer.from(part) : part);
    }
    return this;
  }

  digest(): Buffer;
  digest(encoding: BinaryToTextEncoding): string;
  digest(encoding?: BinaryToTextEncoding): string | Buffer {
    const whole: BinaryLike = this.#parts === null ? this.#text : oneOf(this.#parts);
    return encoding === undefined
      ? hashAtOnce(this.#algorithm, whole, 'buffer')
      : hashAtOnce(this.#algorithm, whole, encoding);
  }
}

function oneOf(parts: readonly Uint8Array[]): Uint8Array {
  const [first] = parts;
  return first !== undefined && parts.length === 1 ? first : Buffer.concat(parts);
}
