import { request } from 'node:http';
import { text } from 'node:stream/consumers';

/** What the keeper of the soak itself asks with; the crowd of clients comes from other addresses, and is limited apart. */
const OWN_ADDRESS = '127.0.0.1';

export interface Question {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Address of 127.0.0.0/8 that the question comes from. */
  readonly from?: string;
  readonly body?: string;
  /** The client goes away before the answer comes. */
  readonly impatient?: boolean;
}

export interface Reply {
  /** 0: there was none, for the connection was refused, cut, or left by the client itself. */
  readonly status: number;
  readonly body: string;
}

/** Asks the HTTP interface of a watch; each question has a connection of its own. */
export async function askWatch(port: number, question: Question): Promise<Reply> {
  const { method, path, headers = {}, from = OWN_ADDRESS, body, impatient = false } = question;
  const { promise, resolve } = Promise.withResolvers<Reply>();
  const gone = () => resolve({ status: 0, body: '' });
  const asked = request({ host: '127.0.0.1', port, method, path, headers, localAddress: from, agent: false });
  asked.on('error', gone);
  asked.on('response', (response) => {
    const status = response.statusCode ?? 0;
    text(response).then((answered) => resolve({ status, body: answered }), gone);
  });
  if (impatient) asked.on('socket', (socket) => socket.once('connect', () => setImmediate(() => asked.destroy())));
  asked.end(body);
  return await promise;
}
