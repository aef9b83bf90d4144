import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** What listens on a host that an attacker chose: it greets as a MySQL server does, and keeps what clients tell it. */
export interface CatchingServer extends AsyncDisposable {
  /** As `config_db.php` writes it. */
  readonly dbhost: string;
  /** How many clients connected. */
  connections(): number;
  /** Whether a client proved that it knows this password, which a search at leisure then finds. */
  caught(password: string): boolean;
}

/** CLIENT_LONG_PASSWORD, _CONNECT_WITH_DB, _PROTOCOL_41, _SECURE_CONNECTION and _PLUGIN_AUTH (MySQL internals). */
const CAPABILITIES = 0x0008_8209;

export async function startCatchingServer(): Promise<CatchingServer> {
  const challenge = Buffer.from(randomBytes(20).map((byte) => (byte & 0x7f) | 1));
  const sockets = new Set<Socket>();
  let connections = 0;
  let received = Buffer.alloc(0);
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (part) => {
      received = Buffer.concat([received, part]);
      socket.end(packet(2, Buffer.from('\xff\x15\x04#28000no', 'latin1')));
    });
    socket.write(packet(0, greeting(challenge)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    dbhost: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => connections,
    caught: (password) => received.includes(nativeAnswer(password, challenge)),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function packet(number: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from([content.length & 0xff, content.length >> 8, 0, number]), content]);
}

/** MySQL internals, "Protocol::HandshakeV10". */
function greeting(challenge: Buffer): Buffer {
  const fixed = Buffer.alloc(21);
  fixed.writeUInt16LE(CAPABILITIES & 0xffff, 0);
  fixed.writeUInt8(45, 2);
  fixed.writeUInt16LE(2, 3);
  fixed.writeUInt16LE(CAPABILITIES >> 16, 5);
  fixed.writeUInt8(21, 7);
  const [begin, end] = [challenge.subarray(0, 8), challenge.subarray(8)];
  const zero = Buffer.from([0]);
  const head = [Buffer.from('\x0a8.0.36\0', 'latin1'), Buffer.from([1, 0, 0, 0]), begin, zero, fixed.subarray(0, 18)];
  return Buffer.concat([...head, end, zero, Buffer.from('mysql_native_password\0')]);
}

/** MySQL internals, "Native Authentication": SHA1(password) xor SHA1(challenge + SHA1(SHA1(password))). */
function nativeAnswer(password: string, challenge: Buffer): Buffer {
  const first = sha1(Buffer.from(password));
  const mask = sha1(Buffer.concat([challenge, sha1(first)]));
  return Buffer.from(first.map((byte, index) => byte ^ (mask[index] ?? 0)));
}

function sha1(bytes: Buffer): Buffer {
  return createHash('sha1').update(bytes).digest();
}
