import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { CliEnvironment } from '../integration/cli/run-cli.ts';
import type { ProcessFigures } from './measure.ts';

/** Lines of the log that are kept, for when something is wrong. */
const KEPT_LINES = 40;
/** How long a watch may take to end or to tell its figures, in ms. */
const PATIENCE = 60_000;

export interface WatchOrder {
  /** The built program, as the image has it. */
  readonly main: string;
  /** Modules that are loaded before it: the probe, and what a test plants. */
  readonly preloads: readonly string[];
  readonly environment: CliEnvironment;
}

/** The real `keykeeper watch` in a process of its own, started as the image starts it. */
export class WatchProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown[]>;
  readonly #log: string[] = [];

  constructor({ main, preloads, environment }: WatchOrder) {
    const imports = preloads.flatMap((module) => ['--import', module]);
    this.#child = spawn(process.execPath, ['--disable-sigusr1', '--expose-gc', ...imports, main, 'watch'], {
      env: { PATH: process.env.PATH ?? '', ...environment },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#exited = once(this.#child, 'exit');
    const { stderr } = this.#child;
    if (stderr !== null) createInterface({ input: stderr }).on('line', (line) => this.#keep(line));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The last lines that it wrote. */
  get log(): string {
    return this.#log.join('\n');
  }

  /** @throws Error when it does not answer */
  async figures(): Promise<ProcessFigures> {
    const answer = once(this.#child, 'message', { signal: AbortSignal.timeout(PATIENCE) });
    this.#child.send('figures');
    const [figures] = await answer;
    return figures as ProcessFigures;
  }

  descriptors(): number {
    return readdirSync(`/proc/${this.pid}/fd`).length;
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** @returns its exit code; null where the signal itself ended it. @throws Error when it does not end */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    if (!this.alive) return this.#child.exitCode;
    this.#child.kill(signal);
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), PATIENCE);
    const [code] = await this.#exited;
    clearTimeout(timer);
    if (signal === 'SIGTERM' && code === null) throw new Error(`watch did not end after SIGTERM:\n${this.log}`);
    return code as number | null;
  }

  #keep(line: string): void {
    this.#log.push(line);
    if (this.#log.length > KEPT_LINES) this.#log.shift();
  }
}
