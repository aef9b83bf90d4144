import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type NetConnectOpts, type Server, type Socket } from 'node:net';
import type { Fault } from './fault.ts';
import { Link, type Piece } from './link.ts';

/** Where a server listens: `{ host, port }`, or `{ path }` of a unix socket. */
export type Place = { readonly host: string; readonly port: number } | { readonly path: string };

/**
 * The way from Keykeeper to one of its peers, with faults on demand. It knows no protocol: TLS passes as it is. A fault
 * holds for all that passes from then on, over connections that stand too; their bytes are counted from then on.
 */
export class FaultProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #target: Place;
  readonly #sockets = new Set<Socket>();
  readonly #links: Link[] = [];
  readonly #open = new Set<Link>();
  #fault: Fault = {};

  constructor(target: Place) {
    this.#target = target;
    this.#server = createServer({ allowHalfOpen: true }, (client) => this.#connect(client));
  }

  /** Listens at the path, or at a free port of 127.0.0.1. */
  async listen(path?: string): Promise<void> {
    if (path === undefined) this.#server.listen(0, '127.0.0.1');
    else this.#server.listen(path);
    await once(this.#server, 'listening');
  }

  /** 0 where it listens at a path. */
  get port(): number {
    const address = this.#server.address() as AddressInfo | string | null;
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** How many clients came since the last {@link forget}. */
  get connections(): number {
    return this.#links.length;
  }

  /** How many of all clients are there. */
  get open(): number {
    return this.#open.size;
  }

  /** What passed, by connection. */
  get passed(): readonly (readonly Piece[])[] {
    return this.#links.map(({ pieces }) => pieces);
  }

  suffer(fault: Fault): void {
    this.#fault = fault;
  }

  /** From now on everything passes; what swallows a connection has swallowed it for ever. */
  heal(): void {
    this.suffer({});
  }

  /** Resets all connections that stand. */
  reset(): void {
    for (const link of this.#open) link.reset();
  }

  /** Begins to count anew. */
  forget(): void {
    this.#links.length = 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #connect(client: Socket): void {
    const server = connect({ ...this.#target, allowHalfOpen: true } as NetConnectOpts);
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    }
    const link = new Link(client, server, () => this.#fault);
    this.#links.push(link);
    this.#open.add(link);
    client.on('close', () => this.#open.delete(link));
  }
}

/** @param path of a unix socket to listen at; else a free port of 127.0.0.1 */
export async function startFaultProxy(target: Place, path?: string): Promise<FaultProxy> {
  const proxy = new FaultProxy(target);
  await proxy.listen(path);
  return proxy;
}
