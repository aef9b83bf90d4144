import type { ServerResponse } from 'node:http';
import { nameIn } from './field-selector.ts';
import { collectionOf, type ObjectStore, type WatchEvent } from './object-store.ts';

/** The open watches of the double. */
export class WatchStreams {
  readonly #open = new Set<ServerResponse>();
  readonly #objects: ObjectStore;
  #silent = false;

  constructor(objects: ObjectStore) {
    this.#objects = objects;
  }

  get count(): number {
    return this.#open.size;
  }

  open(response: ServerResponse, { collection, query }: { collection: string; query: URLSearchParams }): void {
    const name = nameIn(query);
    const missed = this.#objects.since(Number(query.get('resourceVersion')));
    const tell = (event: WatchEvent): void => {
      const concerned =
        collectionOf(event.path) === collection && (name === null || event.object.metadata.name === name);
      if (concerned && !this.#silent) write(response, { type: event.type, object: event.object });
    };
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    for (const event of missed) tell(event);
    const listening = this.#objects.listen(tell);
    this.#open.add(response);
    response.on('close', () => {
      listening[Symbol.dispose]();
      this.#open.delete(response);
    });
  }

  /** Ends all watches as the server does at its own time-out. */
  end(): void {
    for (const response of this.#open) response.end();
  }

  /** Breaks the connections of all watches. */
  cut(): void {
    for (const response of this.#open) response.destroy();
  }

  bookmark(): void {
    const object = { metadata: { resourceVersion: String(this.#objects.version) } };
    for (const response of this.#open) write(response, { type: 'BOOKMARK', object });
  }

  /** Tells all watches that their version is gone: how the server says it in a stream that is open. */
  expire(): void {
    const object = {
      kind: 'Status',
      status: 'Failure',
      code: 410,
      reason: 'Expired',
      message: 'too old resource version',
    };
    for (const response of this.#open) write(response, { type: 'ERROR', object });
  }

  /** From now on no watch says anything though all stay open, as where a firewall forgot the connection. */
  silence(silent: boolean): void {
    this.#silent = silent;
  }
}

function write(response: ServerResponse, event: object): void {
  if (!response.writableEnded) response.write(`${JSON.stringify(event)}\n`);
}
