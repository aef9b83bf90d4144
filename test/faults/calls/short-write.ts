import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { systemCode } from '../../../src/core/failure.ts';
import { placeOf, type TracedCall } from './trace/traced-call.ts';
import { type TracedCommand, type TracedRun, tracedRun } from './trace/traced-run.ts';

const run = promisify(execFile);

/** Runs the command with one write that takes half of its bytes; what is left is written when it is tried again. */
export async function shortWrite(
  command: TracedCommand,
  call: TracedCall,
  reference: readonly TracedCall[],
): Promise<TracedRun> {
  const writes = reference.filter(({ name, role }) => name === 'write' && WRITTEN_BY_THE_PROGRAM.has(role));
  const number = writes.findIndex((each) => placeOf(each) === placeOf(call)) + 1;
  const preload = {
    NODE_OPTIONS: `${command.environment.NODE_OPTIONS ?? ''} --import ${join(import.meta.dirname, 'write-half.ts')}`,
    WRITTEN_IN_HALF: String(number),
  };
  const result = await tracedRun({ ...command, environment: { ...command.environment, ...preload } }, []);
  return markHalf(result, call);
}

/** The others are Node's, which go another way. */
const WRITTEN_BY_THE_PROGRAM = new Set(['config', 'vault', 'output']);

/**
 * Runs the command with one write that takes half of its bytes, and no room for the rest: the process is stopped behind
 * the call before and gets a limit on the size of files (RLIMIT_FSIZE, setrlimit(2); Node ignores the signal that goes
 * with it) in the middle of what it writes next. The kernel itself then writes half, and says EFBIG to the rest and to
 * all that is longer. (A full disk says ENOSPC in that place.)
 */
export async function halfFull(
  command: TracedCommand,
  call: TracedCall,
  reference: readonly TracedCall[],
): Promise<TracedRun> {
  const index = reference.findIndex((each) => placeOf(each) === placeOf(call));
  const before = reference[index - 1];
  if (before === undefined) throw new Error(`nothing comes before ${placeOf(call)}`);
  const half = Math.floor((call.written ?? 0) / 2);
  const stop = `${before.name}:signal=STOP:when=${before.ordinal}`;
  // Where the outputs are files, the limit is theirs too.
  const piped = call.role !== 'output';
  const result = await tracedRun({ ...command, piped }, [stop], async ({ pid, ended }) => {
    const process = (await isStopped(command.log, ended)) ? pid() : null;
    if (process === null) return;
    await run('prlimit', [`--pid=${process}`, `--fsize=${half}:unlimited`]);
    await goOn(process, ended);
  });
  return markHalf(result, call);
}

function markHalf(result: TracedRun, call: TracedCall): TracedRun {
  const half = Math.floor((call.written ?? 0) / 2);
  const isStruck = (each: TracedCall) => placeOf(each) === placeOf(call) && each.written === half;
  return { ...result, calls: result.calls.map((each) => (isStruck(each) ? { ...each, struck: true } : each)) };
}

/** @returns false where the process ended before */
async function isStopped(log: string, ended: AbortSignal): Promise<boolean> {
  while (!ended.aborted) {
    if (existsSync(log) && readFileSync(log, 'utf8').includes('--- stopped by SIGSTOP')) return true;
    await sleep(2);
  }
  return false;
}

/** In ms. */
const UNTIL_TOLD_AGAIN = 100;

/** A signal that comes while some of the threads have not stopped yet may pass them by: then it is sent again. */
async function goOn(pid: number, ended: AbortSignal): Promise<void> {
  while (!ended.aborted) {
    try {
      process.kill(pid, 'SIGCONT');
    } catch (error) {
      if (systemCode(error) !== 'ESRCH') throw error;
      // It ended just now.
      return;
    }
    await sleep(UNTIL_TOLD_AGAIN);
  }
}
