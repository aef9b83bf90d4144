import { type IncomingMessage, request as requestByHttp } from 'node:http';
import { request as requestByHttps } from 'node:https';
import type { Connection } from './connection.ts';

export interface Request {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  /** With its query. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** `application/json` where it is left out. */
  readonly contentType?: string;
  /** `application/json` where it is left out. */
  readonly accept?: string;
  readonly signal: AbortSignal;
}

export interface Answer {
  readonly status: number;
  /** Ms that the server asks to wait before the next try; null where it does not. */
  readonly retryAfter: number | null;
  readonly body: Buffer;
}

/** The API server takes no object beyond 3 MiB or so (etcd's limit is 1.5 MiB); what is longer is no answer of its. */
export const BODY_LIMIT = 16 * 1024 * 1024;

/** Sends a request and waits for the head of its answer. @throws the system's error, or the signal's reason */
export async function openAnswer(connection: Connection, request: Request): Promise<IncomingMessage> {
  const { method, path, body, contentType = 'application/json', accept = 'application/json', signal } = request;
  const options = await connection.options();
  signal.throwIfAborted();
  const text = body === undefined ? undefined : JSON.stringify(body);
  const url = new URL(connection.server + path);
  const send = url.protocol === 'http:' ? requestByHttp : requestByHttps;
  return new Promise((resolve, reject) => {
    const sent = send(url, {
      ...options,
      method,
      signal,
      headers: {
        ...options.headers,
        accept,
        'user-agent': 'keykeeper',
        ...(text === undefined ? {} : { 'content-type': contentType, 'content-length': Buffer.byteLength(text) }),
      },
    });
    sent.on('response', resolve);
    sent.on('error', (error) => reject(signal.aborted ? signal.reason : error));
    sent.end(text);
  });
}

/** Sends a request and reads its whole answer. @throws as {@link openAnswer} */
export async function sendRequest(connection: Connection, request: Request): Promise<Answer> {
  const answer = await openAnswer(connection, request);
  try {
    return { status: answer.statusCode ?? 0, retryAfter: retryAfterOf(answer), body: await readBody(answer) };
  } catch (error) {
    request.signal.throwIfAborted();
    throw error;
  }
}

export async function readBody(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > BODY_LIMIT) throw new Error(`answer longer than ${BODY_LIMIT} bytes`);
  }
  return Buffer.concat(chunks);
}

/** Seconds: the API server's priority and fairness sends no date (RFC 9110, section 10.2.3, knows both). */
export function retryAfterOf(answer: IncomingMessage): number | null {
  const seconds = Number(answer.headers['retry-after'] ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null;
}
