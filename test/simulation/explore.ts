import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { NO_DIGEST } from './digest.ts';
import type { HistoryResult } from './history.ts';
import type { Bundle } from './machine/bundle.ts';
import type { SeedOrder } from './run-seeds.ts';

export interface Explored {
  readonly histories: number;
  /** Processor time of the histories, in ms. */
  readonly processor: number;
  readonly broken: readonly HistoryResult[];
  /** Of all of them, whatever their order. */
  readonly digest: string;
}

/**
 * Runs histories in a process of its own.
 *
 * @throws Error where the process itself fails; what it printed is in the message
 */
export async function explore(bundle: Bundle, order: SeedOrder): Promise<Explored> {
  const child = spawn(process.execPath, ['--enable-source-maps', bundle.path, JSON.stringify(order)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const broken: HistoryResult[] = [];
  let end = { histories: 0, processor: 0, digest: NO_DIGEST };
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors = `${errors}${chunk}`.slice(-4000);
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  for await (const line of createInterface({ input: child.stdout })) {
    const result = JSON.parse(line) as HistoryResult | typeof end;
    if ('histories' in result) end = result;
    else broken.push(result);
  }
  const code = await ended;
  if (code !== 0) throw new Error(`histories from seed ${order.from} ended with ${code}: ${errors}`);
  return { ...end, broken };
}

/** A history as a person reads it, and as a test repeats it. */
export function describeBroken({ seed, script, broken, log }: HistoryResult): string {
  const what = broken.map(({ promise, message }) => `  ${promise}: ${message}`);
  const steps = script.map((step) => `    ${JSON.stringify(step)},`);
  return [`seed ${seed}, ${script.length} events`, ...log.map((line) => `  ${line}`), ...what, ...steps].join('\n');
}
