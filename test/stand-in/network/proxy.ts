import { createServer, type IncomingMessage, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { type RecordedTunnel, recordedHeaders } from './record.ts';
import type { Scene } from './scene.ts';

export interface ProxySurroundings {
  readonly scene: () => Scene;
  readonly record: (tunnel: RecordedTunnel) => void;
  /** Told before the bytes flow: the local port of the connection to the double. */
  readonly tunnel: (localPort: number) => void;
  /** Where every tunnel leads to, whatever it asks for. */
  readonly destination: () => { readonly host: string; readonly port: number };
}

/** A proxy that lets `CONNECT` pass alone; anything else is answered by 405. */
export function createProxy(surroundings: ProxySurroundings): Server {
  const server = createServer((request, response) => {
    surroundings.record(recordedTunnel(request, surroundings.scene()));
    response.writeHead(405, { 'content-type': 'text/html' }).end('<html><body>CONNECT alone</body></html>');
  });
  server.on('connect', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const scene = surroundings.scene();
    const tunnel = recordedTunnel(request, scene);
    surroundings.record(tunnel);
    if (scene.proxy.fault === 'silent') return;
    if (scene.proxy.fault === 'cut') socket.destroy();
    else if (scene.proxy.fault === 'garbage') socket.end('220 mail.example.com ESMTP\r\n');
    else if (scene.proxy.fault !== null) refuse(socket, scene.proxy.fault.status, scene);
    else if (tunnel.password === 'missing' || tunnel.password === 'wrong') refuse(socket, 407, scene);
    else openTunnel(socket, head, surroundings);
  });
  return server;
}

function openTunnel(socket: Socket, head: Buffer, { tunnel, destination, scene }: ProxySurroundings): void {
  const onwards = connect(destination(), () => {
    tunnel(onwards.localPort ?? 0);
    const { date } = scene();
    const told = date === null ? '' : `Date: ${new Date(date).toUTCString()}\r\n`;
    socket.write(`HTTP/1.1 200 Connection established\r\n${told}\r\n`);
    onwards.write(head);
    onwards.pipe(socket).pipe(onwards);
  });
  onwards.on('error', () => socket.destroy());
  onwards.on('close', () => socket.destroy());
  socket.on('close', () => onwards.destroy());
}

function refuse(socket: Socket, status: number, { proxy }: Scene): void {
  const body = `<html><head><title>Proxy ${status}</title></head></html>`;
  const asks = status === 407 && proxy.user !== null ? 'Proxy-Authenticate: Basic realm="double"\r\n' : '';
  socket.end(
    `HTTP/1.1 ${status} Refused\r\n${asks}Content-Type: text/html\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  );
}

function recordedTunnel(request: IncomingMessage, { proxy }: Scene): RecordedTunnel {
  const { method = '', url = '', rawHeaders, headers } = request;
  return {
    method,
    target: url,
    headers: recordedHeaders(rawHeaders),
    password: judged(headers['proxy-authorization']),
  };

  function judged(sent: string | undefined): RecordedTunnel['password'] {
    if (proxy.user === null) return 'not-asked';
    if (sent === undefined) return 'missing';
    const right = Buffer.from(`${proxy.user}:${proxy.password ?? ''}`).toString('base64');
    return sent === `Basic ${right}` ? 'right' : 'wrong';
  }
}
