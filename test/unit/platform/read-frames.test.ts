import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readFrames } from '../../../src/platform/docker/read-frames.ts';

function frame(stream: number, content: string): Buffer {
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(Buffer.byteLength(content), 4);
  return Buffer.concat([header, Buffer.from(content)]);
}

async function* chunksOf(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe('the output of a command', () => {
  it('is told apart from its errors, however the frames are cut into pieces', async () => {
    const written = fc.array(fc.tuple(fc.constantFrom(1, 2), fc.string({ unit: 'grapheme', maxLength: 20 })), {
      maxLength: 8,
    });

    await fc.assert(
      fc.asyncProperty(written, fc.integer({ min: 1, max: 40 }), async (parts, size) => {
        const stream = Buffer.concat(parts.map(([number, text]) => frame(number, text)));
        const textOf = (number: number): string => parts.map(([each, text]) => (each === number ? text : '')).join('');

        const read = await readFrames(chunksOf(stream, size), 1_000);

        expect(read).toEqual({ output: textOf(1), errors: textOf(2), cut: false });
      }),
    );
  });

  it('is kept up to the limit, and read to its end', async () => {
    const stream = Buffer.concat([frame(1, 'abcdef'), frame(2, 'x'), frame(1, 'ghi')]);

    const read = await readFrames(chunksOf(stream, 5), 7);

    expect(read).toEqual({ output: 'abcdefg', errors: 'x', cut: true });
  });

  it('that comes in no frames is refused', async () => {
    const read = readFrames(chunksOf(Buffer.from('plain text\n'), 64), 100);

    await expect(read).rejects.toThrow(RangeError);
  });
});
