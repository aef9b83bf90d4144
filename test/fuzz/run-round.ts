import { fork } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RoundDone, RoundOrder } from './worker.ts';

export interface RoundLimits {
  /** Of the process that parses, in MiB: what grows without bounds ends it. */
  readonly heap: number;
  /** A round that takes longer, in ms, hangs. */
  readonly longest: number;
}

/** Bytes of an input that ended its process which are shown. */
const SHOWN = 512;

/**
 * Runs inputs through one target in a process of its own: neither a hang nor an exhausted heap ends this one, and the
 * input that it was at is known all the same.
 */
export async function runRound(order: Omit<RoundOrder, 'current'>, limits: RoundLimits): Promise<RoundDone> {
  const folder = mkdtempSync(join(tmpdir(), 'keykeeper-fuzz-'));
  const current = join(folder, 'input');
  const child = fork(new URL('worker.ts', import.meta.url), [JSON.stringify({ ...order, current })], {
    execArgv: [`--max-old-space-size=${limits.heap}`],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  try {
    return await new Promise((resolve) => {
      let done: RoundDone | null = null;
      const timer = setTimeout(() => {
        done = { inputs: 0, defect: `takes longer than ${limits.longest / 1_000} s, at ${lastInput(current)}` };
        child.kill('SIGKILL');
      }, limits.longest);
      child.once('message', (message) => {
        done = message as RoundDone;
      });
      child.once('close', (code, signal) => {
        clearTimeout(timer);
        const ended = `ended with ${signal ?? code}: out of ${limits.heap} MiB of memory? At ${lastInput(current)}`;
        resolve(done ?? { inputs: 0, defect: ended });
      });
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function lastInput(path: string): string {
  if (!existsSync(path)) return 'no input yet';
  const bytes = readFileSync(path);
  const shown = bytes.subarray(0, SHOWN).toString('base64');
  return `${bytes.length} bytes, in base64: ${shown}${bytes.length > SHOWN ? '…' : ''}`;
}
