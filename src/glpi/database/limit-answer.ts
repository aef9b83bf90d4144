import type { Socket } from 'node:net';

/** How often the bytes are looked at, in ms: what comes in between, no more, is taken beyond the limit. */
const LOOK = 10;

/**
 * Tells when more than `most` bytes came over a socket; TLS over it is counted as it comes. The driver itself knows no
 * limit: it keeps a row, and rows, for as long as they go on.
 */
export function limitAnswer(socket: Socket, most: number, tooLong: () => void): Disposable {
  const before = socket.bytesRead;
  const timer = setInterval(() => {
    if (socket.bytesRead - before > most) tooLong();
  }, LOOK);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
