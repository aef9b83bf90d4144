import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Mariadb } from './mariadb.ts';

/** A way to a server over TCP that can fall silent without being closed, as a network or a stopped server does. */
export interface TcpProxy extends AsyncDisposable {
  /** As GLPI's `config_db.php` writes it. */
  readonly dbhost: string;
  /** From now on nothing passes in either direction, and nothing is closed. */
  freeze(): void;
  /** How many of its clients are still connected. */
  openConnections(): number;
}

export async function startTcpProxy({ host, port, socket }: Mariadb): Promise<TcpProxy> {
  const clients = new Set<Socket>();
  const servers = new Set<Socket>();
  let frozen = false;
  const listener = createServer((client) => {
    const server = socket === undefined ? connect({ host, port: port ?? 3306 }) : connect({ path: socket });
    clients.add(client);
    servers.add(server);
    client.on('data', (bytes) => frozen || server.write(bytes));
    server.on('data', (bytes) => frozen || client.write(bytes));
    client.on('close', () => {
      clients.delete(client);
      server.destroy();
    });
    server.on('close', () => frozen || client.destroy());
    for (const end of [client, server]) end.on('error', () => end.destroy());
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return {
    dbhost: `127.0.0.1:${(listener.address() as AddressInfo).port}`,
    freeze: () => {
      frozen = true;
    },
    openConnections: () => clients.size,
    async [Symbol.asyncDispose]() {
      for (const end of [...clients, ...servers]) end.destroy();
      listener.close();
      await once(listener, 'close');
    },
  };
}
