import { type CommandLine, runCommandLine } from './run-command-line.ts';
import { followStopSignals } from './stop-signal.ts';

/** All that a command comes through, but for the health check's short way: see main.ts. @returns the exit code */
export async function start(line: Omit<CommandLine, 'stop'>): Promise<number> {
  using stop = followStopSignals(process, (code) => process.exit(code));
  return await runCommandLine({ ...line, stop });
}
