import type { Agent } from 'node:http';
import type Dockerode from 'dockerode';
import type { DockerOptions } from 'dockerode';
import { chooseApiVersion } from './api-version.ts';
import type { InspectedContainer, ListedContainer } from './container.ts';
import { describeInspected, describeListed } from './container.ts';
import { type EngineAddress, showAddress } from './engine-address.ts';
import { engineAgent } from './engine-agent.ts';
import { engineFailure, isDenied, statusOf } from './engine-failure.ts';

/** Server-side filters of the engine's list: all names must match, one value of each name must. */
export type ListFilters = Readonly<Record<string, readonly string[]>>;

/** What is run in a container. */
export interface EngineCommand {
  readonly command: readonly string[];
  readonly user: string;
  readonly workingDirectory: string;
}

/** The few questions asked of Docker Engine; each but those of commands is a GET. All reject with Failure 'platform-unreachable' or 'platform-denied'. */
export interface Engine {
  /** Containers in any state. */
  list(filters: ListFilters, signal?: AbortSignal): Promise<ListedContainer[]>;
  /** By id or name; null when there is none. */
  inspect(id: string, signal?: AbortSignal): Promise<InspectedContainer | null>;
  /** The driver's options of a volume (`type`, `o`, `device`); null when there is no such volume. */
  volumeOptions(name: string, signal?: AbortSignal): Promise<Readonly<Record<string, string>> | null>;
  /** The stream of container events, JSON objects one after another; ends when `signal` is aborted. */
  events(actions: readonly string[], signal: AbortSignal): Promise<AsyncIterable<unknown>>;
  /** Starts a command without a terminal; the stream is in frames (see `read-frames.ts`), and ends with the command. */
  startCommand(id: string, command: EngineCommand, signal: AbortSignal): Promise<StartedCommand>;
}

export interface StartedCommand {
  readonly stream: AsyncIterable<unknown>;
  /** Null while it has not ended. */
  exitCode(signal: AbortSignal): Promise<number | null>;
}

/** Answers that end are asked for by one client, streams by the other. */
interface Clients {
  readonly whole: Dockerode;
  readonly streams: Dockerode;
}

/** Loads dockerode at the first question, and agrees on the API version then and after each trouble. */
export function openEngine(address: EngineAddress, requestTimeout: number): Engine {
  let clients: Promise<Clients> | null = null;

  async function connect(): Promise<Clients> {
    const { default: Docker } = await import('dockerode');
    // Not the asker's signal: others wait for the same clients.
    const asking = new Docker(clientOptions(address, 'whole'));
    const version = await agreeOnVersion(asking, AbortSignal.timeout(requestTimeout));
    const agreed = version === null ? {} : { version };
    return {
      whole: new Docker({ ...clientOptions(address, 'whole'), ...agreed }),
      streams: new Docker({ ...clientOptions(address, 'streams'), ...agreed }),
    };
  }

  async function ask<T>(
    right: string,
    signal: AbortSignal | undefined,
    question: (docker: Dockerode, signal: AbortSignal) => Promise<T>,
    answers: keyof Clients = 'whole',
  ): Promise<T> {
    signal?.throwIfAborted();
    try {
      return await within(requestTimeout, signal, async (either) => {
        clients ??= connect();
        return question((await clients)[answers], either);
      });
    } catch (error) {
      signal?.throwIfAborted();
      // After any trouble but a clear answer the engine may be another one: its version is asked again.
      if (!isDenied(error) && statusOf(error) !== 404) clients = null;
      throw engineFailure(error, address, right, requestTimeout);
    }
  }

  async function askUnlessAbsent<T>(...question: Parameters<typeof ask<T>>): Promise<T | null> {
    try {
      return await ask(...question);
    } catch (error) {
      if (error instanceof Error && statusOf(error.cause) === 404) return null;
      throw error;
    }
  }

  return {
    async list(filters, signal) {
      return await ask('CONTAINERS', signal, async (docker, abortSignal) => {
        const own = Object.fromEntries(Object.entries(filters).map(([name, values]) => [name, [...values]]));
        const found = await docker.listContainers({ all: true, filters: own, abortSignal });
        return understood(() => found.map(describeListed));
      });
    },
    async inspect(id, signal) {
      return await askUnlessAbsent('CONTAINERS', signal, async (docker, abortSignal) => {
        const found = await docker.getContainer(encodeURIComponent(id)).inspect({ abortSignal });
        return understood(() => describeInspected(found));
      });
    },
    async volumeOptions(name, signal) {
      return await askUnlessAbsent('VOLUMES', signal, async (docker, abortSignal) => {
        const found = await docker.getVolume(encodeURIComponent(name)).inspect({ abortSignal });
        return understood(() => found.Options ?? {});
      });
    },
    async events(actions, signal) {
      const filters = { type: ['container' as const], event: [...actions] };
      const question = (docker: Dockerode) => docker.getEvents({ filters, abortSignal: signal });
      const stream = await ask('EVENTS', signal, question, 'streams');
      // An idle connection through a proxy can die without a word; the kernel asks the other side now and then.
      if ('socket' in stream && hasKeepAlive(stream.socket)) stream.socket.setKeepAlive(true, requestTimeout);
      return stream;
    },
    async startCommand(id, { command, user, workingDirectory }, signal) {
      const run = { Cmd: [...command], User: user, WorkingDir: workingDirectory };
      const created = await ask('EXEC', signal, (docker, abortSignal) =>
        docker.getContainer(id).exec({ ...run, AttachStdout: true, AttachStderr: true, abortSignal }),
      );
      const start = { abortSignal: signal, Detach: false, Tty: false };
      const stream = await ask('EXEC', signal, (docker) => docker.getExec(created.id).start(start), 'streams');
      return {
        stream,
        async exitCode(asking) {
          const state = await ask('EXEC', asking, (_docker, abortSignal) => created.inspect({ abortSignal }));
          return state.Running ? null : state.ExitCode;
        },
      };
    },
  };
}

/** Whatever else than an engine may stand at its address, and answer 200: that is no answer, and no reason to end. */
function understood<T>(describe: () => T): T {
  try {
    return describe();
  } catch (cause) {
    throw new Error('what it says is no answer of Docker Engine', { cause });
  }
}

/** Null where the engine or a proxy before it does not say: paths without a version then. */
async function agreeOnVersion(docker: Dockerode, abortSignal: AbortSignal): Promise<string | null> {
  try {
    // @types/dockerode 4.0.2 does not know the parameter that dockerode 5.0.1 takes.
    const version: (options: { abortSignal: AbortSignal }) => Promise<Dockerode.DockerVersion> = docker.version;
    return chooseApiVersion(await version.call(docker, { abortSignal }));
  } catch (error) {
    if (isDenied(error) || statusOf(error) === 404) return null;
    throw error;
  }
}

/** The agent connects, so the path is a name only; `host: undefined` keeps dockerode from taking the process's DOCKER_HOST. */
function clientOptions(address: EngineAddress, answers: keyof Clients): DockerOptions & { agent: Agent } {
  return { socketPath: showAddress(address), host: undefined, protocol: 'http', agent: engineAgent(address, answers) };
}

/**
 * Runs `call` for at most `timeout` ms. The race is needed beside the signal: docker-modem 5 neither resolves nor
 * rejects when a connection ends in the middle of a body.
 */
async function within<T>(
  timeout: number,
  signal: AbortSignal | undefined,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = AbortSignal.timeout(timeout);
  const either = signal === undefined ? deadline : AbortSignal.any([signal, deadline]);
  const { promise: ended, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(either.reason);
  either.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([call(either), ended]);
  } finally {
    either.removeEventListener('abort', onAbort);
  }
}

function hasKeepAlive(value: unknown): value is { setKeepAlive(on: boolean, delay: number): void } {
  return typeof value === 'object' && value !== null && 'setKeepAlive' in value;
}
