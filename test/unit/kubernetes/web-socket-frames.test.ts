import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pongFrame, readMessages, type SocketMessage } from '../../../src/kubernetes/web-socket-frames.ts';

function frame(opcode: number, payload: Buffer, final = true): Buffer {
  const first = (final ? 0x80 : 0) | opcode;
  if (payload.length < 126) return Buffer.concat([Buffer.from([first, payload.length]), payload]);
  const long = payload.length > 0xffff;
  const head = Buffer.alloc(long ? 10 : 4);
  head.writeUInt8(first, 0);
  head.writeUInt8(long ? 127 : 126, 1);
  if (long) head.writeBigUInt64BE(BigInt(payload.length), 2);
  else head.writeUInt16BE(payload.length, 2);
  return Buffer.concat([head, payload]);
}

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

async function read(bytes: Buffer, size = 1_000): Promise<SocketMessage[]> {
  const messages: SocketMessage[] = [];
  for await (const message of readMessages(inPieces(bytes, size))) messages.push(message);
  return messages;
}

describe('the frames of a WebSocket', () => {
  it('give back each message, however they are cut', async () => {
    const payloads = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(payloads, fc.integer({ min: 1, max: 700 }), async (all, size) => {
        const messages = await read(Buffer.concat(all.map((each) => frame(2, Buffer.from(each)))), size);

        expect(messages.map(({ bytes }) => bytes.toString('hex'))).toEqual(
          all.map((each) => Buffer.from(each).toString('hex')),
        );
      }),
      { numRuns: 50 },
    );
  });

  it('give back a message that is longer than a short length can say', async () => {
    const long = Buffer.alloc(70_000, 'x');

    const [message] = await read(frame(2, long), 16_384);

    expect(message?.bytes.equals(long)).toBe(true);
  });

  it('put a message in parts together, also around a ping', async () => {
    const parts = [frame(2, Buffer.from('one '), false), frame(9, Buffer.from('!')), frame(0, Buffer.from('two'))];

    const messages = await read(Buffer.concat(parts));

    expect(messages.map(({ kind, bytes }) => [kind, bytes.toString()])).toEqual([
      ['ping', '!'],
      ['data', 'one two'],
    ]);
  });

  it('are refused where they are masked, or longer than any message', async () => {
    await expect(read(Buffer.from([0x82, 0x81, 0, 0, 0, 0, 1]))).rejects.toThrow(RangeError);
    await expect(read(Buffer.from([0x82, 127, 0, 0, 1, 0, 0, 0, 0, 0]))).rejects.toThrow(RangeError);
  });

  it('answer a ping with its own bytes under the mask', () => {
    const pong = pongFrame(Buffer.from([1, 2, 3, 4, 5]), Buffer.from([255, 0, 255, 0]));

    expect(pong).toEqual(Buffer.from([0x8a, 0x85, 255, 0, 255, 0, 254, 2, 252, 4, 250]));
  });
});
