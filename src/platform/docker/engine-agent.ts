import { Agent } from 'node:http';
import { connect as connectPlain, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { EngineAddress } from './engine-address.ts';

/**
 * Opens the connections to the engine, one for each question: a connection kept from before the engine's restart would
 * fail the next question. docker-modem 5 opens those to a socket alone; given a host it reads the address with
 * `url.parse`, of which Node warns on standard error (DEP0169).
 */
export function engineAgent(address: EngineAddress): Agent {
  const agent = new Agent({ keepAlive: false });
  agent.createConnection = () => {
    if (address.kind === 'socket') return connectPlain(address.path);
    const { host, port, tls } = address;
    if (tls === null) return connectPlain({ host, port });
    // A server name is a name (RFC 6066, section 3); the certificate of an IP address is checked by `host`.
    return connectTls({ host, port, ...tls, ...(isIP(host) === 0 && { servername: host }) });
  };
  return agent;
}
