import type { IncomingMessage, ServerResponse } from 'node:http';
import { bodyOf } from './key-answer.ts';
import { sha256 } from './record.ts';
import type { Fault, Scene } from './scene.ts';

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Answers one request as the scene and its fault have it. */
export function answerRequest(
  request: IncomingMessage,
  response: ServerResponse,
  scene: Scene,
  fault: Fault | null,
): void {
  if (scene.date !== null) response.setHeader('date', new Date(scene.date).toUTCString());
  const reply = replyTo(request, scene);
  if (fault === null) {
    send(response, reply);
    return;
  }
  switch (fault.kind) {
    case 'status':
      send(response, {
        status: fault.status,
        headers: { 'content-type': 'text/html', ...fault.headers },
        body: fault.body ?? '',
      });
      return;
    case 'silent':
      return;
    case 'drop':
      request.socket.destroy();
      return;
    case 'cut':
      writeHalf(response, reply);
      setImmediate(() => request.socket.end());
      return;
    case 'stalled':
      writeHalf(response, reply);
      return;
    case 'truncated':
      send(response, { ...reply, body: halfOf(reply.body) });
      return;
    case 'huge':
      send(response, { ...reply, body: reply.body + ' '.repeat(fault.bytes) });
      return;
    case 'garbage':
      request.socket.end('SSH-2.0-OpenSSH_9.2p1\r\n');
      return;
    case 'date':
      response.setHeader('date', new Date(fault.at).toUTCString());
      send(response, reply);
      return;
  }
}

function send(response: ServerResponse, { status, headers, body }: Reply): void {
  response.writeHead(status, { 'content-length': String(Buffer.byteLength(body)), ...headers }).end(body);
}

function writeHalf(response: ServerResponse, { status, headers, body }: Reply): void {
  response.writeHead(status, { 'content-length': String(Buffer.byteLength(body)), ...headers });
  response.write(halfOf(body));
}

function halfOf(text: string): string {
  return text.slice(0, Math.ceil(text.length / 2));
}

function replyTo(request: IncomingMessage, scene: Scene): Reply {
  const path = (request.url ?? '').replace(/\?.*$/, '');
  const headers = { 'content-type': 'application/json' };
  const key = request.headers['x-registration-key'];
  if (path === '/api/registration/info') {
    if (typeof key !== 'string') return { status: 400, headers, body: '{"message":"no registration key"}' };
    return { status: 200, headers, body: bodyOf(scene.keys[sha256(key)] ?? scene.otherwise) };
  }
  if (path === '/api/registration/' || path === '/api/registration') return { status: 200, headers, body: '{}' };
  if (path === '/api/ping') return { status: 200, headers, body: '"pong"' };
  if (path.startsWith('/api/marketplace/')) return { status: 200, headers, body: '[]' };
  return { status: 404, headers, body: '{"message":"not found"}' };
}
