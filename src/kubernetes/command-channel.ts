import { createHash, randomBytes } from 'node:crypto';
import { type IncomingMessage, request as requestByHttp } from 'node:http';
import { request as requestByHttps } from 'node:https';
import type { Duplex } from 'node:stream';
import { refusalOf } from './api-client.ts';
import type { Refusal } from './api-failure.ts';
import type { Connection } from './connection.ts';
import { readBody } from './send-request.ts';
import { pongFrame, readMessages } from './web-socket-frames.ts';

/** What a command writes, and at the end how it ended. */
export interface ChannelPart {
  /** 1 standard output, 2 standard error, 3 a Status object of the API. */
  readonly channel: number;
  readonly bytes: Buffer;
}

export type Opened =
  | { readonly kind: 'open'; readonly parts: AsyncIterable<ChannelPart> }
  /** The API server's answer instead. */
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** First byte of each message is its channel; what ended is told on channel 3 (k8s.io/apimachinery, remotecommand constants). */
const PROTOCOL = 'v4.channel.k8s.io';
/** RFC 6455, section 1.3. */
const ACCEPT_SALT = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/**
 * Opens the stream of a command in a container over a WebSocket. Nothing is sent into it. The connection ends with the
 * iteration, or when `signal` is aborted.
 *
 * @param path of `pods/exec`, with its query
 * @throws the system's error, or the signal's reason
 */
export async function openCommandChannel(connection: Connection, path: string, signal: AbortSignal): Promise<Opened> {
  const options = await connection.options();
  signal.throwIfAborted();
  const url = new URL(connection.server + path);
  const send = url.protocol === 'http:' ? requestByHttp : requestByHttps;
  const key = randomBytes(16).toString('base64');
  const { promise, resolve, reject } = Promise.withResolvers<Opened>();
  const sent = send(url, {
    ...options,
    method: 'GET',
    signal,
    headers: {
      ...options.headers,
      'user-agent': 'keykeeper',
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': key,
      'sec-websocket-protocol': PROTOCOL,
    },
  });
  sent.on('upgrade', (answer, socket, head) => {
    if (isAccepted(answer, key)) return resolve({ kind: 'open', parts: readParts(socket, head, signal) });
    socket.destroy();
    reject(new Error('the answer is no WebSocket of the Kubernetes API'));
  });
  sent.on('response', (answer) => {
    const status = answer.statusCode ?? 0;
    readBody(answer).then((body) => resolve({ kind: 'refused', refusal: refusalOf({ status, body }) }), reject);
  });
  sent.on('error', (error) => reject(signal.aborted ? signal.reason : error));
  sent.end();
  return await promise;
}

function isAccepted({ headers }: IncomingMessage, key: string): boolean {
  const expected = createHash('sha1')
    .update(key + ACCEPT_SALT)
    .digest('base64');
  return headers['sec-websocket-accept'] === expected && headers['sec-websocket-protocol'] === PROTOCOL;
}

async function* readParts(socket: Duplex, head: Buffer, signal: AbortSignal): AsyncGenerator<ChannelPart> {
  const onAbort = (): void => void socket.destroy(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    if (head.length > 0) socket.unshift(head);
    for await (const { kind, bytes } of readMessages(socket)) {
      if (kind === 'close') return;
      if (kind === 'ping') socket.write(pongFrame(bytes, randomBytes(4)));
      else if (bytes.length > 1) yield { channel: bytes[0] ?? 0, bytes: bytes.subarray(1) };
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    socket.destroy();
  }
}
