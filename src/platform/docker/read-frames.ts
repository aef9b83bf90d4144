import { KeptOutput } from '../kept-output.ts';

/** What a command wrote, as far as it was kept. */
export interface CommandOutput {
  readonly output: string;
  readonly errors: string;
  /** It wrote more than was kept. */
  readonly cut: boolean;
}

const HEADER_BYTES = 8;
/** Second stream of the two (Docker Engine API, "Attach to a container": the stream's number in the frame's first byte). */
const STANDARD_ERROR = 2;

/**
 * Reads the output of a command without a terminal. The engine sends frames: the number of the stream, three zeros, the
 * length as 32 bits with the highest first, and as many bytes. Of each stream `limit` bytes are kept; the rest is read and
 * dropped, so that the command can go on.
 *
 * @throws RangeError when these are no frames, and whatever the stream throws
 */
export async function readFrames(stream: AsyncIterable<unknown>, limit: number): Promise<CommandOutput> {
  const kept = { output: new KeptOutput(limit), errors: new KeptOutput(limit) };
  let header = Buffer.alloc(0);
  let left = 0;
  let into = kept.output;
  for await (const chunk of stream) {
    let rest = bytesOf(chunk);
    while (rest.length > 0) {
      if (left === 0) {
        const taken = rest.subarray(0, HEADER_BYTES - header.length);
        header = Buffer.concat([header, taken]);
        rest = rest.subarray(taken.length);
        if (header.length < HEADER_BYTES) continue;
        if ((header[0] ?? 0) > STANDARD_ERROR) throw new RangeError('expected frames of a command without a terminal');
        into = header[0] === STANDARD_ERROR ? kept.errors : kept.output;
        left = header.readUInt32BE(4);
        header = Buffer.alloc(0);
        continue;
      }
      const content = rest.subarray(0, left);
      into.add(content);
      left -= content.length;
      rest = rest.subarray(content.length);
    }
  }
  return { output: kept.output.text(), errors: kept.errors.text(), cut: kept.output.cut || kept.errors.cut };
}

function bytesOf(chunk: unknown): Buffer {
  if (chunk instanceof Uint8Array) return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  return Buffer.from(String(chunk), 'latin1');
}
