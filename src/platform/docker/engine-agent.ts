import { Agent } from 'node:http';
import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { EngineAddress } from './engine-address.ts';

/** Bytes of one answer: of a container the engine tells a few thousand. docker-modem 5 would keep as many as come. */
export const LONGEST_ANSWER = 16 * 1024 * 1024;

/**
 * Opens the connections to the engine, one for each question: a connection kept from before the engine's restart would
 * fail the next question. docker-modem 5 opens those to a socket alone; given a host it reads the address with
 * `url.parse`, of which Node warns on standard error (DEP0169).
 *
 * @param answers `whole` ones are cut off where they have no end; `streams` go on, and whoever reads them keeps little
 */
export function engineAgent(address: EngineAddress, answers: 'whole' | 'streams'): Agent {
  const agent = new Agent({ keepAlive: false });
  agent.createConnection = () => {
    const socket = connectTo(address);
    if (answers === 'whole') endAfter(socket, LONGEST_ANSWER);
    return socket;
  };
  return agent;
}

function connectTo(address: EngineAddress): Socket {
  if (address.kind === 'socket') return connectPlain(address.path);
  const { host, port, tls } = address;
  if (tls === null) return connectPlain({ host, port });
  // A server name is a name (RFC 6066, section 3); the certificate of an IP address is checked by `host`.
  return connectTls({ host, port, ...tls, ...(isIP(host) === 0 && { servername: host }) });
}

function endAfter(socket: Socket, most: number): void {
  let length = 0;
  socket.on('data', (bytes) => {
    length += bytes.length;
    if (length > most) socket.destroy(new Error(`an answer of more than ${most} bytes`));
  });
}
