import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Faults } from './fault.ts';
import { nameIn } from './field-selector.ts';
import { ObjectStore, StatusError } from './object-store.ts';
import { WatchStreams } from './watch-streams.ts';

/** One request, as it came in. */
export interface SeenRequest {
  readonly verb: string;
  readonly resource: string;
  readonly name: string | null;
  readonly authorization: string | undefined;
}

interface Target extends SeenRequest {
  readonly collection: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly metadataOnly: boolean;
}

const PATH = /^(\/(?:api|apis\/[^/]+)\/v1\/namespaces\/[^/]+\/([a-z]+))(?:\/([^/]+))?$/;

/** A small API server in this process: namespaced objects, versions, watches, and every fault on demand. */
export class ApiDouble implements AsyncDisposable {
  readonly objects = new ObjectStore();
  readonly faults = new Faults();
  readonly watches = new WatchStreams(this.objects);
  readonly requests: SeenRequest[] = [];
  /** How many objects were fetched with more than their metadata. */
  wholeReads = 0;
  readonly #sockets = new Set<Socket>();
  #server: Server | null = null;
  #port = 0;

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Starts to listen, on the same port as before where it did once. */
  async start(): Promise<void> {
    const server = createServer((request, response) => void this.#serve(request, response));
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** Takes the server away with all its connections; the objects stay. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (server === null) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const target = targetOf(request);
      this.requests.push(target);
      const body = await readJson(request);
      const fault = this.faults.take(target.verb, target.resource);
      if (fault?.kind === 'hang') return;
      if (fault?.kind === 'cut') return void request.socket.destroy();
      if (fault?.kind === 'slow') await delay(fault.wait);
      if (fault?.kind === 'status')
        return refuse(response, fault.status, fault.reason ?? '', fault.message ?? '', fault.retryAfter);
      if (target.verb === 'watch') return this.watches.open(response, target);
      const answer = this.#answer(target, body);
      if (fault?.kind === 'cut-after') return void request.socket.destroy();
      send(response, target.verb === 'create' ? 201 : 200, answer);
    } catch (error) {
      if (error instanceof StatusError) return refuse(response, error.status, error.reason, error.message);
      throw error;
    }
  }

  #answer({ verb, collection, path, query, metadataOnly }: Target, body: Record<string, unknown>): object {
    switch (verb) {
      case 'get': {
        const { metadata, ...rest } = this.objects.get(path);
        if (!metadataOnly) this.wholeReads += 1;
        return metadataOnly ? { kind: 'PartialObjectMetadata', metadata } : { ...rest, metadata };
      }
      case 'list': {
        const name = nameIn(query);
        const items = this.objects.list(collection).filter(({ metadata }) => name === null || metadata.name === name);
        return { kind: 'List', metadata: { resourceVersion: String(this.objects.version) }, items };
      }
      case 'create':
        return this.objects.create(collection, body);
      case 'update':
        return this.objects.replace(path, body);
      case 'patch':
        return this.objects.patch(path, body);
      default:
        return this.objects.delete(path);
    }
  }
}

export async function startApiDouble(): Promise<ApiDouble> {
  const double = new ApiDouble();
  await double.start();
  return double;
}

function targetOf({ method, url = '/', headers }: IncomingMessage): Target {
  const { pathname, searchParams: query } = new URL(url, 'http://localhost');
  const [, collection = '', resource = '', name = null] = PATH.exec(pathname) ?? [];
  if (collection === '') throw new StatusError(404, 'NotFound', `no such path: ${pathname}`);
  const reading = name !== null ? 'get' : query.get('watch') === 'true' ? 'watch' : 'list';
  const verbs: Record<string, string> = {
    GET: reading,
    POST: 'create',
    PUT: 'update',
    PATCH: 'patch',
    DELETE: 'delete',
  };
  const verb = verbs[method ?? ''] ?? 'unknown';
  const metadataOnly = headers.accept?.includes('as=PartialObjectMetadata') === true;
  return {
    verb,
    resource,
    name,
    collection,
    path: pathname,
    query,
    metadataOnly,
    authorization: headers.authorization,
  };
}

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return chunks.length === 0 ? {} : JSON.parse(Buffer.concat(chunks).toString('utf8'));
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function refuse(response: ServerResponse, code: number, reason: string, message: string, retryAfter?: number): void {
  if (retryAfter !== undefined) response.setHeader('retry-after', String(retryAfter));
  send(response, code, { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, reason, code });
}
