import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Scene } from './scene.ts';
import { show, showCommand } from './screen.ts';

const MAIN = new URL('../dist/main.js', import.meta.url).pathname;

/** A generation, as far as the story tells of it. */
interface Entry {
  readonly number: number;
  readonly reason: string;
  readonly verdict: string;
  readonly fingerprint: string | null;
  readonly proven: string;
}

/** Runs the built command line on a scene, and shows what it prints. */
export class Keykeeper {
  readonly #environment: Record<string, string>;
  readonly #signal: AbortSignal;

  constructor({ configDir, vaultDir, owner }: Scene, signal: AbortSignal) {
    this.#signal = signal;
    this.#environment = {
      PATH: process.env.PATH ?? '',
      KEYKEEPER_CONFIG_DIR: configDir,
      KEYKEEPER_VAULT: `file://${vaultDir}`,
      KEYKEEPER_OWNER: `${owner.uid}:${owner.gid}`,
      KEYKEEPER_PLATFORM: 'none',
      KEYKEEPER_HTTP: 'off',
      // The registration key of the story is nobody's.
      KEYKEEPER_REGISTRATION_VALIDATE: 'off',
    };
  }

  /** The settings that every command gets. */
  get settings(): string {
    return Object.entries(this.#environment)
      .filter(([name]) => name !== 'PATH')
      .map(([name, value]) => `${name}=${value}`)
      .join('\n');
  }

  /**
   * Runs a command that must end well, and shows what it printed.
   *
   * @throws Error when it ends with another code than 0
   */
  async run(command: string): Promise<void> {
    const { exitCode, stdout, stderr } = await this.#execute([command]);
    show(`${stderr}${stdout}exit code ${exitCode}`);
    if (exitCode !== 0) throw new Error(`keykeeper ${command} ended with ${exitCode}`);
  }

  /** What the vault holds, oldest first, as `history --json` says it. */
  async history(): Promise<readonly Entry[]> {
    const { stdout } = await this.#execute(['history', '--json']);
    const document: { details: { generations: readonly Entry[] } } = JSON.parse(stdout);
    return document.details.generations;
  }

  #execute(args: readonly string[]): Promise<{ exitCode: number; stdout: string; stderr: string }> {
    this.#signal.throwIfAborted();
    showCommand(`keykeeper ${args.join(' ')}`);
    const options = { env: this.#environment, signal: this.#signal };
    return new Promise((resolve, reject) => {
      execFile(process.execPath, [MAIN, ...args], options, (error, stdout, stderr) => {
        if (error !== null && typeof error.code !== 'number') reject(error);
        else resolve({ exitCode: error === null ? 0 : Number(error.code), stdout, stderr });
      });
    });
  }

  /** Starts `keykeeper watch`; resolves once it has judged the key. */
  async watch(): Promise<RunningWatch> {
    this.#signal.throwIfAborted();
    showCommand('keykeeper watch');
    const child = spawn(process.execPath, [MAIN, 'watch'], {
      env: this.#environment,
      stdio: ['ignore', 'ignore', 'pipe'],
      signal: this.#signal,
    });
    const watch = new RunningWatch(child);
    await watch.untilItLogs('verdict');
    return watch;
  }
}

/** A `keykeeper watch` beside the story, ended when it is disposed. */
export class RunningWatch implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #lines: string[] = [];
  #onLine: () => void = () => undefined;

  constructor(child: ChildProcess) {
    this.#child = child;
    this.#ended = once(child, 'exit').catch(() => undefined);
    child.on('error', () => this.#onLine());
    if (child.stderr !== null) {
      createInterface(child.stderr).on('line', (line) => {
        this.#lines.push(line);
        this.#onLine();
      });
    }
  }

  /** Resolves when a line with this text has come since the last {@link takeLog}. @throws Error when the watch ends before */
  async untilItLogs(text: string): Promise<void> {
    while (!this.#lines.some((line) => line.includes(text))) {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
        throw new Error(`keykeeper watch ended: ${this.#lines.join('\n')}`);
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#onLine = resolve;
      await Promise.race([promise, this.#ended]);
    }
  }

  /** What it has logged since the last time. */
  takeLog(): string {
    return this.#lines.splice(0).join('\n');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.#ended;
  }
}
