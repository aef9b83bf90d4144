/** A message of a WebSocket, put together from its frames. */
export interface SocketMessage {
  readonly kind: 'data' | 'ping' | 'close';
  readonly bytes: Buffer;
}

/** Longer than anything that an API server puts into one message. */
const MESSAGE_LIMIT = 16 * 1024 * 1024;
const FINAL = 0x80;
const MASKED = 0x80;
const CONTINUATION = 0x0;
const CLOSE = 0x8;
const PING = 0x9;
const PONG = 0xa;

interface Frame {
  readonly final: boolean;
  readonly opcode: number;
  readonly payload: Buffer;
  /** Bytes that it took. */
  readonly length: number;
}

/**
 * Reads what a server sends over a WebSocket (RFC 6455, section 5.2: its frames are not masked); ends with the stream.
 *
 * @throws RangeError when these are no such frames
 */
export async function* readMessages(stream: AsyncIterable<Buffer>): AsyncGenerator<SocketMessage> {
  let pending: Buffer = Buffer.alloc(0);
  let parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    for (let frame = frameAt(pending); frame !== null; frame = frameAt(pending)) {
      pending = pending.subarray(frame.length);
      const { opcode, payload } = frame;
      if (opcode === PONG) continue;
      if (opcode === PING) yield { kind: 'ping', bytes: payload };
      else if (opcode === CLOSE) yield { kind: 'close', bytes: payload };
      else {
        if (opcode !== CONTINUATION) [parts, length] = [[], 0];
        // A message may go on in empty frames without end: they are counted by nothing, so nothing of them is kept.
        if (payload.length > 0) parts.push(payload);
        length += payload.length;
        if (length > MESSAGE_LIMIT) throw new RangeError('message too long');
        if (frame.final) yield { kind: 'data', bytes: Buffer.concat(parts) };
      }
    }
    if (pending.length > MESSAGE_LIMIT) throw new RangeError('frame too long');
  }
}

/** Null while it has not come whole. */
function frameAt(bytes: Buffer): Frame | null {
  if (bytes.length < 2) return null;
  const [first = 0, second = 0] = bytes;
  if ((second & MASKED) !== 0) throw new RangeError('expected frames of a server, which are not masked');
  const short = second & 0x7f;
  const head = short === 126 ? 4 : short === 127 ? 10 : 2;
  if (bytes.length < head) return null;
  const size = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
  if (size > MESSAGE_LIMIT) throw new RangeError('frame too long');
  if (bytes.length < head + size) return null;
  const payload = bytes.subarray(head, head + size);
  return { final: (first & FINAL) !== 0, opcode: first & 0x0f, payload, length: head + size };
}

/** The answer to a ping, masked as everything from a client is (section 5.3). @param mask four random bytes */
export function pongFrame(payload: Buffer, mask: Buffer): Buffer {
  // Control frames carry 125 bytes at most (section 5.5).
  const body = Buffer.from(payload.subarray(0, 125));
  for (const [index, byte] of body.entries()) body[index] = byte ^ (mask[index % 4] ?? 0);
  return Buffer.concat([Buffer.from([FINAL | PONG, MASKED | body.length]), mask, body]);
}
