import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

/** What a command does in the double. */
export interface ExecScript {
  /** Channel and text of each message, in order. */
  readonly messages: readonly (readonly [channel: number, text: string])[];
  /** `close`: as the API server does; `cut`: the connection breaks; `hang`: nothing more comes. */
  readonly end: 'close' | 'cut' | 'hang';
}

const BINARY = 0x82;
const CLOSE = Buffer.from([0x88, 2, 0x03, 0xe8]);

/** An API server that has one pod and runs commands in it over WebSockets as the tests say. */
export class ExecServer implements AsyncDisposable {
  /** Query of each command that was asked for. */
  readonly commands: URLSearchParams[] = [];
  script: ExecScript = { messages: [], end: 'close' };
  /** Status instead of a WebSocket; null: none. */
  refusal: number | null = null;
  readonly #server: Server;
  readonly #sockets = new Set<Duplex>();

  constructor(pod: object) {
    this.#server = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(pod));
    });
    this.#server.on('upgrade', (request, socket) => this.#upgrade(request, socket));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  #upgrade(request: IncomingMessage, socket: Duplex): void {
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    this.commands.push(new URL(request.url ?? '/', 'http://localhost').searchParams);
    if (this.refusal !== null) {
      const body = JSON.stringify({
        kind: 'Status',
        reason: 'Forbidden',
        message: 'User "x" cannot get',
        code: this.refusal,
      });
      const head = `HTTP/1.1 ${this.refusal} No\r\ncontent-type: application/json\r\nconnection: close\r\n`;
      socket.end(`${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
      return;
    }
    const salted = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash('sha1').update(salted).digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: ${accept}\r\nsec-websocket-protocol: v4.channel.k8s.io\r\n\r\n`,
    );
    for (const [channel, text] of this.script.messages) socket.write(frame(channel, text));
    if (this.script.end === 'close') socket.end(CLOSE);
    if (this.script.end === 'cut') socket.destroy();
  }
}

function frame(channel: number, text: string): Buffer {
  const payload = Buffer.concat([Buffer.from([channel]), Buffer.from(text)]);
  const head = Buffer.alloc(4);
  head.writeUInt8(BINARY, 0);
  head.writeUInt8(126, 1);
  head.writeUInt16BE(payload.length, 2);
  return Buffer.concat([head, payload]);
}
