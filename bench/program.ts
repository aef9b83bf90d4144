import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { warmCompileCache } from '../build/warm-compile-cache.ts';

export type Variables = Readonly<Record<string, string>>;

/** A process that runs until it is disposed. */
export interface Running extends AsyncDisposable {
  readonly pid: number;
}

/** The built program as the image has it, in a folder of its own: a build meanwhile changes nothing. */
export class Program implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'keykeeper-bench-'));
  readonly #main = join(this.#folder, 'app', 'main.js');
  readonly #cache = join(this.#folder, 'cache');

  constructor() {
    const application = join(this.#folder, 'app');
    cpSync(resolve(import.meta.dirname, '..', 'dist'), application, { recursive: true });
    warmCompileCache(application, this.#cache);
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
