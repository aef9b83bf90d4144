import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../../src/core/failure.ts';
import { createEnvelope } from '../../src/vault/age-envelope.ts';

/** A parser of what comes from outside. */
export interface FuzzTarget {
  readonly name: string;
  /** Valid inputs. */
  readonly seeds: () => readonly Buffer[];
  /** Pieces that mean something to it. */
  readonly tokens: readonly string[];
  /** Resolves, or rejects with an error that says what is wrong with the input; anything else is a defect. */
  readonly read: (input: Buffer) => unknown;
}

/** A parser's way to say no; a `RangeError` of a stream's reader ends that stream, which is opened again. */
export function isRefusal(error: unknown): boolean {
  return error instanceof Failure || (error instanceof RangeError && error.message.startsWith('expected '));
}

export const FIXTURES = join(import.meta.dirname, '../fixtures');
/** Opens what is not encrypted. */
export const plain = createEnvelope([], null);

export function fixture(name: string): Buffer {
  return readFileSync(join(FIXTURES, name));
}

/** The vaults' files that lie in folders of this name. */
export function vaultFiles(folder: string): Buffer[] {
  return readdirSync(join(FIXTURES, 'vaults'), { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile() && join(each.parentPath, each.name).includes(`/${folder}/`))
    .map(({ parentPath, name }) => readFileSync(join(parentPath, name)));
}

/** As a stream gives it. */
export async function* inPieces(input: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < input.length; at += 7000) yield input.subarray(at, at + 7000);
}

export function jsonSeed(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

export function parseLoosely(input: Buffer): unknown {
  try {
    return JSON.parse(input.toString('utf8'));
  } catch {
    return input.toString('utf8');
  }
}

/** One file in the old tar format (POSIX.1-1988, ustar), with the checksum that belongs to it. */
export function tarOf(name: string, content: string): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write('0000600\0', 100);
  header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write('        ', 148);
  header.write('0ustar\0', 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  const body = Buffer.alloc(512);
  body.write(content);
  return Buffer.concat([header, body, Buffer.alloc(1024)]);
}
