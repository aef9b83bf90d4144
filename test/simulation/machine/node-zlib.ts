import { gunzipSync as gunzip, gzipSync as gzip, type ZlibOptions } from 'node:zlib';
import { newMemory } from './remember.ts';

/** Stands for `node:zlib` in the product's modules: what was packed a moment ago is not unpacked by arithmetic. */
export * from 'node:zlib';

const packed = newMemory<string, Buffer>();
const unpacked = newMemory<string, Buffer>();

export function gzipSync(text: string, options?: ZlibOptions): Buffer {
  const name = `${options?.level} ${text}`;
  let bytes = packed.get(name);
  if (bytes === undefined) {
    bytes = gzip(text, options);
    packed.set(name, bytes);
  }
  return bytes;
}

/** The same bytes under the same limit. */
export function gunzipSync(bytes: Buffer, options?: ZlibOptions): Buffer {
  const name = `${options?.maxOutputLength} ${bytes.toString('latin1')}`;
  let text = unpacked.get(name);
  if (text === undefined) {
    text = gunzip(bytes, options);
    unpacked.set(name, text);
  }
  return text;
}
