import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { readCalls, TRACED, type TracedCall } from './traced-call.ts';

export interface TracedCommand {
  /** Absolute, of the built `main.js`. */
  readonly main: string;
  readonly args: readonly string[];
  /** All that the program gets but PATH. */
  readonly environment: Readonly<Record<string, string>>;
  /** The scene's folder; the two outputs go there, `stdout` and `stderr`. */
  readonly root: string;
  /** Absolute, outside the scene. */
  readonly log: string;
  /** Follows all threads, not only the first, which makes nearly all calls; what is injected then strikes in each. */
  readonly allThreads?: boolean;
  /**
   * Only the calls that count are stopped at (`--seccomp-bpf`), which takes two thirds of the time. With it strace 6.1 delivers
   * no signals, and it follows all threads.
   */
  readonly quick?: boolean;
  /** The outputs go into pipes instead: for limits on files that are not to touch them. */
  readonly piped?: boolean;
}

export interface TracedRun {
  /** Null where a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly calls: readonly TracedCall[];
  /** How many calls got what was injected, of whichever thread. */
  readonly injected: number;
  /** It did not end, and was ended. */
  readonly stuck: boolean;
}

/** A running command, for who acts on it. */
export interface Held {
  /** Null where it has ended. */
  readonly pid: () => number | null;
  readonly ended: AbortSignal;
}

/**
 * One thread for what Node does aside, one arena for libc, and a heap (in MiB) that is not looked through for garbage step by
 * step, with a word to itself about each: then the program makes the same calls in every run but for a few, and strike.ts
 * sees to those.
 */
const SAME_EACH_TIME = { UV_THREADPOOL_SIZE: '1', MALLOC_ARENA_MAX: '1' };
const WITH_ROOM = '--initial-old-space-size=256';
/** In ms; the longest run waits a few seconds for a lease. */
const PATIENCE = 30_000;

/**
 * Runs the command under strace to its end. `injections` are as strace's --inject takes them; `meanwhile` may act on the
 * process while it is held.
 */
export async function tracedRun(
  command: TracedCommand,
  injections: readonly string[],
  meanwhile: (held: Held) => Promise<void> = async () => undefined,
): Promise<TracedRun> {
  const { main, root, log } = command;
  rmSync(log, { force: true });
  const ended = new AbortController();
  const { strace, outputs } = startStrace(command, injections);
  const exit = once(strace, 'exit').finally(() => ended.abort());
  const pid = () => traceeOf(strace.pid ?? 0);
  let stuck = false;
  const timer = setTimeout(() => {
    stuck = true;
    endAll([pid(), strace.pid ?? null]);
  }, PATIENCE);
  try {
    const [[exitCode]] = await Promise.all([exit, meanwhile({ pid, ended: ended.signal })]);
    const [stdout, stderr] = await outputs();
    // On a machine that has no room for it strace itself may not start.
    const traced = existsSync(log) ? readFileSync(log, 'utf8') : '';
    return {
      // Killed, strace ends as the shell would tell it.
      exitCode: exitCode === 137 ? null : (exitCode as number | null),
      ...{ stdout, stderr, stuck },
      calls: readCalls(traced, { root, program: dirname(main) }),
      injected: traced.split('(INJECTED)').length - 1,
    };
  } finally {
    clearTimeout(timer);
  }
}

function startStrace(
  { main, args, environment, root, log, piped, allThreads, quick }: TracedCommand,
  injections: readonly string[],
) {
  const injected = injections.map((each) => `--inject=${each}`);
  const argv = [
    ...(allThreads === true || quick === true ? ['-f'] : []),
    ...(quick === true ? ['--seccomp-bpf'] : []),
    '-y',
    '-o',
    log,
    `--trace=${TRACED}`,
    ...injected,
    process.execPath,
    WITH_ROOM,
    main,
    ...args,
  ];
  const env = { PATH: process.env.PATH ?? '', ...SAME_EACH_TIME, ...environment };
  // Not in the project: what a call names would differ with where the test runs.
  const cwd = '/';
  if (piped === true) {
    const strace = spawn('strace', argv, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    const texts = Promise.all([text(strace.stdout), text(strace.stderr)]);
    return { strace, outputs: () => texts };
  }
  const paths = [join(root, 'stdout'), join(root, 'stderr')] as const;
  const [stdout, stderr] = [openSync(paths[0], 'w'), openSync(paths[1], 'w')];
  const strace = spawn('strace', argv, { env, cwd, stdio: ['ignore', stdout, stderr] });
  closeSync(stdout);
  closeSync(stderr);
  return { strace, outputs: async () => [readFileSync(paths[0], 'utf8'), readFileSync(paths[1], 'utf8')] as const };
}

/** strace has one child. */
function traceeOf(strace: number): number | null {
  try {
    const first = Number.parseInt(readFileSync(`/proc/${strace}/task/${strace}/children`, 'utf8'), 10);
    return Number.isNaN(first) ? null : first;
  } catch {
    return null;
  }
}

function endAll(pids: readonly (number | null)[]): void {
  for (const pid of pids) if (pid !== null) process.kill(pid, 'SIGKILL');
}
