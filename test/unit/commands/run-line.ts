import { Readable } from 'node:stream';
import { Output } from '../../../src/commands/output.ts';
import { runCommandLine } from '../../../src/commands/run-command-line.ts';
import { FakeStream } from '../report/fake-stream.ts';

export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line in this process, with an environment of its own and nobody who stops it. */
export async function runLine(
  argv: readonly string[],
  environment: Record<string, string> = {},
  input = '',
): Promise<Ran> {
  const stdout = new FakeStream();
  const stderr = new FakeStream();
  const stop = { signal: new AbortController().signal, exitCode: null };
  const exitCode = await runCommandLine({
    argv,
    environment,
    stdin: () => Readable.from([input]),
    stdout: new Output(() => stdout),
    stderr: new Output(() => stderr),
    stop,
  });
  return { exitCode, stdout: stdout.text, stderr: stderr.text };
}
