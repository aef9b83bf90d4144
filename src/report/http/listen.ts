import { lstatSync, unlinkSync } from 'node:fs';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { formatHttpAddress } from '../../config/http-address.ts';
import type { HttpAddress } from '../../config/settings.ts';
import type { AbsolutePath } from '../../core/brand.ts';
import { Failure, systemCode } from '../../core/failure.ts';

/** Everything but reading and writing for owner and group; connecting needs the right to write (unix(7)). */
const SOCKET_MASK = 0o117;

/**
 * Makes the server listen. A socket that a killed predecessor left, at which nobody listens, is removed first; anything
 * else that has its name stays.
 *
 * @throws Failure `invalid-setting` when the address cannot be listened on
 */
export async function listen(server: Server, address: HttpAddress): Promise<void> {
  try {
    await attempt(server, address);
  } catch (error) {
    if (address.kind !== 'unix' || systemCode(error) !== 'EADDRINUSE' || !(await removeStale(address.path))) {
      throw listenFailure(error, address);
    }
    await attempt(server, address).catch((again) => {
      throw listenFailure(again, address);
    });
  }
}

function attempt(server: Server, address: HttpAddress): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  const listening = () => {
    server.off('error', reject);
    resolve();
  };
  if (address.kind === 'tcp') {
    server.listen({ host: address.host, port: address.port }, listening);
    return promise;
  }
  // The socket is made within this call, so that it never is there with more rights.
  const before = process.umask(SOCKET_MASK);
  try {
    server.listen({ path: address.path }, listening);
  } finally {
    process.umask(before);
  }
  return promise;
}

async function removeStale(path: AbsolutePath): Promise<boolean> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found?.isSocket() !== true || (await answers(path))) return false;
  const still = lstatSync(path, { throwIfNoEntry: false });
  if (still?.ino !== found.ino) return false;
  unlinkSync(path);
  return true;
}

/** Whether somebody listens there: a socket whose owner ended refuses. */
function answers(path: AbsolutePath): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.on('connect', () => end(true));
    socket.on('error', (error) => end(systemCode(error) !== 'ECONNREFUSED'));
  });
}

const WHY: Readonly<Record<string, string>> = {
  EADDRINUSE: 'something else listens there',
  EADDRNOTAVAIL: 'this container does not have that address',
  EACCES: 'this user may not',
  ENOTFOUND: 'that name is not known',
  EROFS: 'the file system is read-only',
};

/** libuv says EACCES for ENOENT where a socket is bound. */
function why(code: string, { kind }: HttpAddress): string {
  if (code === 'EACCES' && kind === 'unix') return 'its directory is missing, or this user may not write to it';
  return WHY[code] ?? code;
}

function listenFailure(error: unknown, address: HttpAddress): Failure {
  const code = systemCode(error) ?? 'unknown error';
  const text = formatHttpAddress(address);
  const [expected, remedy] =
    address.kind === 'unix'
      ? ['a directory that this user may write, and nothing else of that name', 'mount a tmpfs or a volume there']
      : ['an address of this container and a free port', 'KEYKEEPER_HTTP=127.0.0.1:8378, or off'];
  return new Failure('invalid-setting', `cannot listen on ${text}: ${why(code, address)}`, {
    target: 'KEYKEEPER_HTTP',
    expected,
    try: `${remedy}; healthcheck needs the same setting`,
    cause: error,
  });
}
