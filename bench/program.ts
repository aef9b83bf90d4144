import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { warmCompileCache } from '../build/warm-compile-cache.ts';

/** Between two looks at a process's memory, in ms: the mark it reads only rises. */
const MEMORY_LOOK = 20;

export type Variables = Readonly<Record<string, string>>;

/** A run of the program from its start to its end. */
export interface Measured {
  readonly milliseconds: number;
  /** The most memory that was resident. */
  readonly mebibytes: number;
}

/** A process that runs until it is disposed. */
export interface Running extends AsyncDisposable {
  readonly pid: number;
}

/** The built program as the image has it, in a folder of its own: a build meanwhile changes nothing. */
export class Program implements Disposable {
  readonly #folder: string;
  readonly #main: string;
  readonly #cache: string;

  private constructor(folder: string) {
    this.#folder = folder;
    this.#main = join(folder, 'app', 'main.js');
    this.#cache = join(folder, 'cache');
  }

  static async prepare(): Promise<Program> {
    const program = new Program(mkdtempSync(join(tmpdir(), 'keykeeper-bench-')));
    const application = join(program.#folder, 'app');
    cpSync(resolve(import.meta.dirname, '..', 'dist'), application, { recursive: true });
    await warmCompileCache(application, program.#cache);
    return program;
  }

  /** Runs a command to its end. @returns milliseconds from before the start to after the end */
  time(parameters: readonly string[], environment: Variables): number {
    return this.timeNode([...this.#arguments(parameters)], environment);
  }

  /** The same for bare Node. @throws Error when it does not end with 0 */
  timeNode(parameters: readonly string[], environment: Variables): number {
    const env = { ...environment, NODE_COMPILE_CACHE: this.#cache };
    const started = performance.now();
    const { status, stderr, stdout } = spawnSync(process.execPath, parameters, { env });
    const ended = performance.now();
    if (status !== 0)
      throw new Error(`expected exit code 0, got ${status} of ${parameters.join(' ')}:\n${stdout}${stderr}`);
    return ended - started;
  }

  /** As {@link time}, with the memory that it took. */
  async measure(parameters: readonly string[], environment: Variables): Promise<Measured> {
    const env = { ...environment, NODE_COMPILE_CACHE: this.#cache };
    const started = performance.now();
    const child = spawn(process.execPath, this.#arguments(parameters), { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const output = text(child.stdout);
    const exited = once(child, 'exit');
    let most = 0;
    const watching = setInterval(() => {
      most = Math.max(most, residentMost(child.pid ?? 0));
    }, MEMORY_LOOK);
    try {
      const [status] = await exited;
      const milliseconds = performance.now() - started;
      if (status !== 0)
        throw new Error(`expected exit code 0, got ${status} of ${parameters.join(' ')}:\n${await output}`);
      return { milliseconds, mebibytes: most };
    } finally {
      clearInterval(watching);
    }
  }

  start(parameters: readonly string[], environment: Variables): Running {
    return startProcess(process.execPath, this.#arguments(parameters), {
      ...environment,
      NODE_COMPILE_CACHE: this.#cache,
    });
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #arguments(parameters: readonly string[]): string[] {
    return ['--disable-sigusr1', this.#main, ...parameters];
  }
}

/** VmHWM of proc_pid_status(5), in MiB; 0 where the process is gone. */
function residentMost(pid: number): number {
  try {
    const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(kibibytes ?? 0) / 1_024;
  } catch {
    return 0;
  }
}

/** Starts a program whose output nobody reads; SIGTERM ends it. */
export function startProcess(file: string, parameters: readonly string[], env: Variables): Running {
  const child: ChildProcess = spawn(file, parameters, { env, stdio: 'ignore' });
  const ended = once(child, 'exit');
  return {
    pid: child.pid ?? 0,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
