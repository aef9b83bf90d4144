import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Break, Direction, Fault, Flood } from './fault.ts';

/** What passed between one client and the server, in its order. */
export interface Piece {
  readonly direction: Direction;
  readonly bytes: Buffer;
}

/** One client's connection, and the one that was made for it. */
export class Link {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #fault: () => Fault;
  readonly #ended = new AbortController();
  readonly pieces: Piece[] = [];
  #counted = { 'to-server': 0, 'to-client': 0 };
  #awaited = 0;
  #broken = false;

  /** @param fault what is wrong at the moment */
  constructor(client: Socket, server: Socket, fault: () => Fault) {
    this.#client = client;
    this.#server = server;
    this.#fault = fault;
    for (const end of [client, server]) end.on('error', () => end.destroy());
    client.on('close', () => {
      this.#ended.abort();
      server.destroy();
    });
    if (this.#left('to-client') === 0) this.#break();
    void this.#pump(client, server, 'to-server');
    void this.#pump(server, client, 'to-client');
  }

  /** Breaks the connection for both sides. */
  reset(): void {
    resetSocket(this.#client);
    this.#server.destroy();
  }

  async #pump(from: Socket, to: Socket, direction: Direction): Promise<void> {
    try {
      // A side that said its last word may still listen.
      for await (const bytes of from.iterator({ destroyOnReturn: false })) await this.#pass(bytes, to, direction);
      if (this.#broken) from.destroy();
      else to.end();
    } catch {
      // A side went away, or whoever waits was told to stop.
      if (!this.#broken) to.destroy();
    }
  }

  async #pass(bytes: Buffer, to: Socket, direction: Direction): Promise<void> {
    for (let rest = bytes; rest.length > 0 && !this.#broken; ) {
      const { delay = 0, bytesPerSecond } = this.#fault();
      if (delay > 0) await this.#wait(delay);
      const size = Math.min(this.#next(rest, direction), bytesPerSecond === undefined ? rest.length : 1);
      if (size > 0) await this.#write(rest.subarray(0, size), to, direction);
      rest = rest.subarray(size);
      if (bytesPerSecond !== undefined) await this.#wait(1000 / bytesPerSecond);
      if (this.#left(direction) === 0) this.#break();
    }
  }

  async #write(bytes: Buffer, to: Socket, direction: Direction): Promise<void> {
    if (this.#broken) return;
    this.pieces.push({ direction, bytes });
    if (this.#counts(direction)) this.#counted[direction] += bytes.length;
    if (!to.write(bytes)) await once(to, 'drain', { signal: this.#ended.signal });
  }

  async #wait(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: this.#ended.signal });
  }

  /** How many of these bytes pass before something happens: the next awaited text begins, or the connection breaks. */
  #next(bytes: Buffer, direction: Direction): number {
    const { since = [] } = this.#fault().break ?? {};
    for (
      let text = since[this.#awaited];
      text !== undefined && direction === 'to-server';
      text = since[this.#awaited]
    ) {
      const start = bytes.indexOf(text);
      if (start === -1) return bytes.length;
      this.#awaited += 1;
      if (this.#awaited < since.length) continue;
      this.#counted['to-server'] = -start;
      return start;
    }
    return Math.min(bytes.length, this.#left(direction) ?? bytes.length);
  }

  #counts(direction: Direction): boolean {
    const { break: breaking } = this.#fault();
    return breaking !== undefined && this.#isArmed(breaking) && (breaking.direction ?? 'to-client') === direction;
  }

  #isArmed({ since = [] }: Break): boolean {
    return this.#awaited >= since.length;
  }

  /** Bytes until the connection breaks by those of this direction; null where it does not. */
  #left(direction: Direction): number | null {
    const { break: breaking } = this.#fault();
    if (breaking === undefined || !this.#counts(direction)) return null;
    return Math.max(0, (breaking.after ?? 0) - this.#counted[direction]);
  }

  #break(): void {
    const how = this.#fault().break?.how ?? 'end';
    this.#broken = true;
    if (how === 'swallow') return;
    if (how === 'reset') {
      this.reset();
      return;
    }
    // After what was written: a server hears the beginning of what was cut.
    this.#server.end();
    if (how === 'end') this.#client.end();
    else void this.#flood(how);
  }

  async #flood({ first, flood }: Flood): Promise<void> {
    const { signal } = this.#ended;
    if (first !== undefined) this.#client.write(first);
    try {
      while (!signal.aborted) {
        if (!this.#client.write(flood)) await once(this.#client, 'drain', { signal });
      }
    } catch {
      // The client had enough.
    }
  }
}

function resetSocket(socket: Socket): void {
  // What is no TCP knows no reset.
  if (socket.remoteAddress === undefined) socket.destroy();
  else socket.resetAndDestroy();
}
