import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { HistoryResult } from './history.ts';
import type { Bundle } from './machine/bundle.ts';
import type { RunSeeds, SeedOrder } from './run-seeds.ts';

export interface Explored extends RunSeeds {
  readonly broken: readonly HistoryResult[];
}

/**
 * The memory for what is new is large at once, so that it is emptied the less often; and by one thread, for there is a
 * process for each core already, and threads that wait for each other cost what they save.
 */
const FLAGS = ['--enable-source-maps', '--single-threaded-gc', '--min-semi-space-size=32', '--max-semi-space-size=64'];

/** A process that runs histories, order after order: in a new one, compiling takes as long as hundreds of them. */
export class Explorer implements AsyncDisposable {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #lines: AsyncIterator<string>;
  readonly #ended: Promise<unknown[]>;
  #errors = '';

  constructor(bundle: Bundle) {
    this.#child = spawn(process.execPath, [...FLAGS, bundle.path], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.stderr.on('data', (chunk) => {
      this.#errors = `${this.#errors}${chunk}`.slice(-4000);
    });
    // Of a process that is gone its end tells.
    this.#child.stdin.on('error', () => {});
    this.#ended = once(this.#child, 'close');
    const lines: Interface = createInterface({ input: this.#child.stdout });
    this.#lines = lines[Symbol.asyncIterator]();
  }

  /** @throws Error where the process itself fails; what it printed is in the message */
  async explore(order: SeedOrder): Promise<Explored> {
    const broken: HistoryResult[] = [];
    this.#child.stdin.write(`${JSON.stringify(order)}\n`);
    for (;;) {
      const { done, value } = await this.#lines.next();
      if (done === true) break;
      const told = JSON.parse(value) as HistoryResult | RunSeeds;
      if ('histories' in told) return { ...told, broken };
      broken.push(told);
    }
    const [code] = await this.#ended;
    throw new Error(`histories from seed ${order.from} ended with ${code}: ${this.#errors}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.stdin.end();
    await this.#ended;
  }
}

/** Runs histories in a process of its own. @throws as {@link Explorer.explore} */
export async function explore(bundle: Bundle, order: SeedOrder): Promise<Explored> {
  await using explorer = new Explorer(bundle);
  return await explorer.explore(order);
}

/** A history as a person reads it, and as a test repeats it. */
export function describeBroken({ seed, script, broken, log }: HistoryResult): string {
  const what = broken.map(({ promise, message }) => `  ${promise}: ${message}`);
  const steps = script.map((step) => `    ${JSON.stringify(step)},`);
  return [`seed ${seed}, ${script.length} events`, ...log.map((line) => `  ${line}`), ...what, ...steps].join('\n');
}
