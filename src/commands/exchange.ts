import { connect, type NetConnectOpts } from 'node:net';

/** How long the whole question may take, in ms: a loop that hangs answers nothing. */
const PATIENCE = 3_000;
/** Longest answer that is read, in bytes. */
const LONGEST = 64 * 1024;

/**
 * Asks a `watch` over a bare socket, because a probe runs every few seconds and `node:http` alone takes as long to load
 * as all of Node.js. The answer ends with the connection, and is cut after 64 KiB.
 *
 * @param request null where connecting is the question
 * @throws the system's error, or one without a code where no answer comes within 3 s
 */
export function exchange(target: NetConnectOpts, request: string | null): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(target);
    const end = (outcome: () => void) => {
      clearTimeout(limit);
      socket.destroy();
      outcome();
    };
    const limit = setTimeout(() => end(() => reject(new Error('no answer in time'))), PATIENCE);
    let answer = '';
    socket.setEncoding('utf8');
    if (request !== null) socket.on('connect', () => socket.write(request));
    socket.on('data', (part: string) => {
      answer += part;
      if (answer.length > LONGEST) end(() => resolve(answer));
    });
    socket.on('end', () => end(() => resolve(answer)));
    socket.on('error', (error) => end(() => reject(error)));
  });
}

/** Why {@link exchange} threw, in a word. */
export function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'no answer in time';
}
