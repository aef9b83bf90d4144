import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { ResultDocument } from '../../../src/report/document.ts';
import { resultSchema } from '../../../src/report/document.ts';
import type { ScratchInstance } from '../keeper/scratch-instance.ts';

export const MAIN = join(import.meta.dirname, '../../../src/main.ts');

export interface CliResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Of `--json`. @throws where standard output is not exactly one document of the published shape */
  readonly document: ResultDocument;
}

export type CliEnvironment = Readonly<Record<string, string>>;

/** The settings that point the command at an instance in temporary folders. */
export function environmentOf({ settings }: ScratchInstance, more: CliEnvironment = {}): CliEnvironment {
  const { owner, settle, databaseWait } = settings;
  return {
    KEYKEEPER_CONFIG_DIR: settings.configDir,
    KEYKEEPER_VAULT: settings.vault.href,
    KEYKEEPER_DATABASE: settings.database.kind,
    KEYKEEPER_DATABASE_WAIT: `${databaseWait}ms`,
    KEYKEEPER_SETTLE: `${settle}ms`,
    KEYKEEPER_PLATFORM: 'none',
    // No test asks the real GLPI Network.
    KEYKEEPER_REGISTRATION_VALIDATE: 'off',
    ...(owner.kind === 'fixed' ? { KEYKEEPER_OWNER: `${owner.uid}:${owner.gid}` } : {}),
    ...more,
  };
}

/** Starts the real command as a process of its own; nothing of this process' environment reaches it but PATH. */
export function startCli(
  args: readonly string[],
  environment: CliEnvironment,
  stdin: 'ignore' | 'pipe' = 'ignore',
): ChildProcessByStdio<Writable | null, Readable, Readable> {
  const cache = { NODE_COMPILE_CACHE: join(tmpdir(), 'keykeeper-compile-cache') };
  return spawn(process.execPath, [MAIN, ...args], {
    env: { PATH: process.env.PATH ?? '', ...cache, ...environment },
    stdio: [stdin, 'pipe', 'pipe'],
  }) as ChildProcessByStdio<Writable | null, Readable, Readable>;
}

export type CliProcess = ReturnType<typeof startCli>;

/** Runs the real command to its end; `input` is what it can read from standard input. */
export async function runCli(args: readonly string[], environment: CliEnvironment, input?: string): Promise<CliResult> {
  const child = startCli(args, environment, input === undefined ? 'ignore' : 'pipe');
  // A command that reads nothing may be gone before it is told everything.
  child.stdin?.on('error', () => undefined).end(input);
  return await resultOf(child);
}

/** Everything that a started command printed, once it has ended; `exitCode` is null where a signal ended it. */
export async function resultOf(child: CliProcess): Promise<CliResult> {
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), closed(child)]);
  const { exitCode } = child;
  return {
    exitCode,
    stdout,
    stderr,
    get document() {
      return resultSchema.parse(JSON.parse(stdout));
    },
  };
}

async function closed(child: CliProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}
