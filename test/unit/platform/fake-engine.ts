import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EngineAddress } from '../../../src/platform/docker/engine-address.ts';

export interface FakeContainer {
  id: string;
  name: string;
  labels?: Record<string, string>;
  state?: 'created' | 'running' | 'restarting' | 'exited';
  imageId?: string;
  created?: number;
  startedAt?: string;
  restarts?: number;
  exitCode?: number;
  health?: string;
  environment?: string[];
  mounts?: { type?: string; volume?: string; source: string; destination: string }[];
}

/** Speaks the few endpoints of Docker Engine that are asked, on a unix socket of its own. */
export interface FakeEngine extends AsyncDisposable {
  readonly address: EngineAddress;
  /** `GET /v1.41/containers/json?…`, one each. */
  readonly requests: string[];
  containers: FakeContainer[];
  volumes: Record<string, Record<string, string>>;
  version: { ApiVersion: string; MinAPIVersion?: string };
  /** First parts of paths that are answered with 403, as a socket proxy does: `containers`, `events`, … */
  denied: string[];
  /** Accept questions and never answer them. */
  silent: boolean;
  /** End the connection in the middle of the answer. */
  cut: boolean;
  emit(action: string, container: FakeContainer, attributes?: Record<string, string>): void;
  /** Writes to the event streams as it is. */
  writeRaw(text: string): void;
  openStreams(): number;
  cutStreams(): void;
  stop(): Promise<void>;
  start(): Promise<void>;
}

export async function startFakeEngine(): Promise<FakeEngine> {
  const directory = mkdtempSync(join(tmpdir(), 'keykeeper-fake-engine-'));
  const path = join(directory, 'docker.sock');
  const streams = new Set<ServerResponse>();
  let server: Server | null = null;

  const engine: FakeEngine = {
    address: { kind: 'socket', path },
    requests: [],
    containers: [],
    volumes: {},
    version: { ApiVersion: '1.44', MinAPIVersion: '1.24' },
    denied: [],
    silent: false,
    cut: false,
    emit(action, container, attributes = {}) {
      const all = { ...container.labels, name: container.name, ...attributes };
      const event = { Type: 'container', Action: action, Actor: { ID: container.id, Attributes: all } };
      for (const stream of streams) stream.write(`${JSON.stringify(event)}\n`);
    },
    writeRaw(text) {
      for (const stream of streams) stream.write(text);
    },
    openStreams: () => streams.size,
    cutStreams() {
      for (const stream of streams) stream.destroy();
    },
    async start() {
      const listening = createServer((request, response) => answer(engine, streams, request, response));
      server = listening;
      await new Promise<void>((resolve) => listening.listen(path, resolve));
    },
    async stop() {
      const stopping = server;
      server = null;
      stopping?.closeAllConnections();
      await new Promise<void>((resolve) => (stopping === null ? resolve() : stopping.close(() => resolve())));
    },
    async [Symbol.asyncDispose]() {
      await engine.stop();
      rmSync(directory, { recursive: true });
    },
  };
  await engine.start();
  return engine;
}

function answer(engine: FakeEngine, streams: Set<ServerResponse>, request: IncomingMessage, response: ServerResponse) {
  engine.requests.push(`${request.method} ${request.url}`);
  if (engine.silent) return;
  const url = new URL(request.url ?? '/', 'http://engine');
  const [, version, section = '', name = ''] = /^(?:\/v([\d.]+))?\/([^/]*)(?:\/([^/]*))?/.exec(url.pathname) ?? [];
  if (engine.denied.includes(section)) return send(response, 403, '<html>Forbidden</html>');
  if (version !== undefined && !offers(engine, version))
    return send(response, 400, { message: 'client version is too old' });
  if (engine.cut) {
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': 100 }).write('[{');
    setTimeout(() => response.destroy(), 5);
    return;
  }
  if (section === 'version') return send(response, 200, engine.version);
  if (section === 'events') {
    streams.add(response.writeHead(200));
    response.on('close', () => streams.delete(response)).flushHeaders();
    return;
  }
  if (section === 'volumes')
    return send(response, name in engine.volumes ? 200 : 404, { Options: engine.volumes[name] });
  if (name === 'json') return send(response, 200, filtered(engine.containers, url).map(listed));
  const container = engine.containers.find((each) => each.id.startsWith(name) || each.name === name);
  send(response, container ? 200 : 404, container ? inspected(container) : { message: 'No such container' });
}

function offers({ version }: FakeEngine, asked: string): boolean {
  const minor = (text: string | undefined) => Number(text?.split('.')[1] ?? 0);
  return minor(asked) >= minor(version.MinAPIVersion) && minor(asked) <= minor(version.ApiVersion);
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

function filtered(containers: FakeContainer[], url: URL): FakeContainer[] {
  const filters: Record<string, string[]> = JSON.parse(url.searchParams.get('filters') ?? '{}');
  return containers.filter((each) => {
    const labels = Object.entries(each.labels ?? {}).map(([key, value]) => `${key}=${value}`);
    const labelled = (filters.label ?? []).every((label) => labels.includes(label));
    return labelled && (filters.name ?? []).every((name) => new RegExp(name).test(`/${each.name}`));
  });
}

function listed(container: FakeContainer) {
  return {
    Id: container.id,
    Names: [`/${container.name}`],
    ImageID: container.imageId ?? `sha256:${container.name}`,
    Labels: container.labels ?? {},
    Created: container.created ?? 1_700_000_000,
    State: container.state ?? 'running',
    Mounts: mountsOf(container),
  };
}

function inspected(container: FakeContainer) {
  const state = container.state ?? 'running';
  return {
    Id: container.id,
    Name: `/${container.name}`,
    Image: container.imageId ?? `sha256:${container.name}`,
    RestartCount: container.restarts ?? 0,
    State: {
      Running: state === 'running' || state === 'restarting',
      Paused: false,
      Restarting: state === 'restarting',
      ExitCode: container.exitCode ?? 0,
      StartedAt: container.startedAt ?? '2026-01-02T03:04:05.678901234Z',
      ...(container.health && { Health: { Status: container.health } }),
    },
    Config: { Image: 'glpi/glpi:11.0.6', Labels: container.labels ?? {}, Env: container.environment ?? [] },
    Mounts: mountsOf(container),
  };
}

function mountsOf({ mounts = [] }: FakeContainer) {
  return mounts.map(({ type, volume, source, destination }) => ({
    Type: type ?? (volume === undefined ? 'bind' : 'volume'),
    ...(volume !== undefined && { Name: volume }),
    Source: source,
    Destination: destination,
  }));
}
