import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TemporaryDirectory } from '../../unit/files/temporary-directory.ts';

/** System calls that a write can make; `?` lets strace pass over those that an architecture does not have. */
const CALLS = [
  'openat,statx,read,pread64,write,pwrite64,close,fsync,fchmod,fchown',
  '?readlink,?readlinkat,?link,?linkat,?unlink,?unlinkat,?rename,?renameat,?renameat2',
].join();

export type Verb = 'create' | 'replace';

/** What the write reported (null: it did not live to), and the calls that it made between the marks, in order. */
export interface TracedWrite {
  readonly report: { outcome?: string; late?: string | null; failure?: string; message?: string } | null;
  readonly exitCode: number | null;
  readonly calls: readonly TracedCall[];
}

export interface TracedCall {
  readonly name: string;
  /** How many calls of this name were traced when this one was done, this one included: strace's `when`. */
  readonly ordinal: number;
  readonly injected: boolean;
}

/** Why strace cannot be used here, or null. */
export function straceTrouble(): string | null {
  const { status, stderr, error } = spawnSync('strace', ['-o', '/dev/null', 'true'], { encoding: 'utf8' });
  return status === 0 ? null : (error?.message ?? stderr.trim());
}

/**
 * One create or replace of `path` under strace, with `injections` as strace's --inject takes them. Strace is attached when
 * the process has started and waits: what it counts are the calls of the write, not those of Node's start.
 */
export async function tracedWrite(
  scratch: TemporaryDirectory,
  name: string,
  verb: Verb,
  path: string,
  injections: readonly string[],
): Promise<TracedWrite> {
  const log = scratch.at(`${name}.strace`);
  const report = scratch.at(`${name}.json`);
  rmSync(report, { force: true });
  const writer = spawn(process.execPath, [join(import.meta.dirname, 'write-once.ts'), verb, path, report], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { ...process.env, NODE_COMPILE_CACHE: scratch.at('cache') },
  });
  const ended = new Promise<number | null>((resolve) => writer.once('exit', resolve));
  await new Promise((resolve) => writer.stdout.once('data', resolve));
  const tracer = spawn(
    'strace',
    // Only the main thread is followed, for it alone writes.
    ['-o', log, '-p', `${writer.pid}`, `--trace=${CALLS}`, ...injections.map((injection) => `--inject=${injection}`)],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const traced = new Promise((resolve) => tracer.once('exit', resolve));
  await new Promise((resolve) => tracer.stderr.once('data', resolve));
  writer.stdin.end('go');
  const [exitCode] = await Promise.all([ended, traced]);
  return {
    report: existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : null,
    exitCode,
    calls: callsBetweenMarks(readFileSync(log, 'utf8')),
  };
}

function callsBetweenMarks(log: string): TracedCall[] {
  const counts = new Map<string, number>();
  const calls: TracedCall[] = [];
  let inside = false;
  for (const line of log.split('\n')) {
    const name = /^(\w+)\(/.exec(line)?.[1];
    if (name === undefined) continue;
    const ordinal = (counts.get(name) ?? 0) + 1;
    counts.set(name, ordinal);
    if (line.includes('"END\\n"')) break;
    if (inside) calls.push({ name, ordinal, injected: line.includes('INJECTED') });
    if (line.includes('"BEGIN\\n"')) inside = true;
  }
  return calls;
}
