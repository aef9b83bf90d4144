import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { HistoryResult } from './history.ts';
import type { SeedOrder } from './run-seeds.ts';

export interface Explored {
  readonly histories: number;
  readonly broken: readonly HistoryResult[];
}

const WORKER = fileURLToPath(new URL('run-seeds.ts', import.meta.url));

/**
 * Runs histories in a process of its own: the product's modules are loaded there, with Node's file system, timers and
 * random numbers replaced.
 *
 * @throws Error where the process itself fails; what it printed is in the message
 */
export async function explore(order: SeedOrder): Promise<Explored> {
  const child = spawn(process.execPath, [WORKER, JSON.stringify(order)], { stdio: ['ignore', 'pipe', 'pipe'] });
  const broken: HistoryResult[] = [];
  let histories = 0;
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors = `${errors}${chunk}`.slice(-4000);
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  for await (const line of createInterface({ input: child.stdout })) {
    const result = JSON.parse(line) as HistoryResult | { readonly histories: number };
    if ('histories' in result) histories = result.histories;
    else broken.push(result);
  }
  const code = await ended;
  if (code !== 0) throw new Error(`histories from seed ${order.from} ended with ${code}: ${errors}`);
  return { histories, broken };
}

/** The fewest events with which a seed still breaks a promise. */
export async function shrink({ seed, steps }: HistoryResult, order: SeedOrder): Promise<HistoryResult> {
  let smallest: HistoryResult | null = null;
  for (let fewer = 0; fewer <= steps; fewer += 1) {
    const { broken } = await explore({ ...order, from: seed, count: 1, steps: fewer });
    if (broken[0] === undefined) continue;
    smallest = broken[0];
    break;
  }
  if (smallest === null) throw new Error(`seed ${seed} broke a promise once, and not again`);
  return smallest;
}

export function describeBroken({ seed, steps, broken, log }: HistoryResult): string {
  const what = broken.map(({ promise, message }) => `  ${promise}: ${message}`);
  return [`seed ${seed}, ${steps} events`, ...log.map((line) => `  ${line}`), ...what].join('\n');
}
