import type { Socket } from 'node:net';
import type { buildConnector } from 'undici';

export interface Reply {
  readonly status: number;
  /** By lower-case name; of a header that came twice, the first. */
  readonly headers: Readonly<Record<string, string>>;
  /** At most the limit. */
  readonly body: Buffer;
  /** Whether the body came to its end: `cut` when the connection broke before, `too-large` when it was cut off here. */
  readonly ending: 'whole' | 'cut' | 'too-large';
}

export interface Question {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes. */
  readonly bodyLimit: number;
  readonly signal: AbortSignal;
}

/** Why nothing usable came back, once the connection stood: the request may have been seen. */
export class ExchangeError extends Error {
  override readonly name = 'ExchangeError';
  readonly reason: 'timeout' | 'dropped' | 'not-http';

  constructor(reason: 'timeout' | 'dropped' | 'not-http') {
    super(reason);
    this.reason = reason;
  }
}

/**
 * Sends one GET over a connection that stands, and reads the answer. A redirect is an answer like any other: it is never
 * followed. The socket is destroyed afterwards.
 *
 * @throws ExchangeError
 */
export async function exchange(socket: Socket, { url, headers, bodyLimit, signal }: Question): Promise<Reply> {
  const { Client } = await import('undici');
  const client = new Client(url.origin, { headersTimeout: 0, bodyTimeout: 0, connect: onceOnly(socket) });
  try {
    const path = url.pathname + url.search;
    const answer = await client.request({ path, method: 'GET', headers: { ...headers }, signal });
    const { body, ending } = await readBody(answer.body, bodyLimit, signal);
    return { status: answer.statusCode, headers: firstValues(answer.headers), body, ending };
  } catch (error) {
    throw signal.aborted ? new ExchangeError('timeout') : new ExchangeError(reasonOf(error));
  } finally {
    socket.destroy();
    // Nobody waits for it: the connection is gone, and whatever it still says was said.
    client.destroy().catch(() => undefined);
  }
}

/** There is one connection and no other: a second try would be a second question. */
function onceOnly(socket: Socket): buildConnector.connector {
  let used = false;
  return function connect(_options, callback) {
    const again = used || socket.destroyed;
    used = true;
    // The client counts on an answer that comes later.
    queueMicrotask(() => (again ? callback(new ExchangeError('dropped'), null) : callback(null, socket)));
  };
}

async function readBody(
  body: AsyncIterable<Uint8Array>,
  limit: number,
  signal: AbortSignal,
): Promise<Pick<Reply, 'body' | 'ending'>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > limit) return { body: Buffer.concat(chunks).subarray(0, limit), ending: 'too-large' };
    }
  } catch {
    if (signal.aborted) throw new ExchangeError('timeout');
    return { body: Buffer.concat(chunks), ending: 'cut' };
  }
  return { body: Buffer.concat(chunks), ending: 'whole' };
}

function firstValues(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const values = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value].flat()[0] ?? '']);
  return Object.fromEntries(values);
}

function reasonOf(error: unknown): ExchangeError['reason'] {
  if (error instanceof ExchangeError) return error.reason;
  if (!(error instanceof Error)) return 'dropped';
  return error.name === 'HTTPParserError' || error.name === 'HeadersOverflowError' ? 'not-http' : 'dropped';
}
