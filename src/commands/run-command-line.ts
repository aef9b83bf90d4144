import { loadSettings } from '../config/load-settings.ts';
import type { Environment, ImageQuestion } from '../config/source.ts';
import { DEFAULT_TERMINATION_LOG } from '../config/termination-log.ts';
import { Failure } from '../core/failure.ts';
import { askImage } from '../platform/ask-image.ts';
import type { ResultDocument } from '../report/document.ts';
import { emptyDocument, exitCodeOf, failureDocument } from '../report/failure-document.ts';
import { createLogger } from '../report/logger.ts';
import { printFailure } from '../report/print-failure.ts';
import { printResult } from '../report/print-result.ts';
import { showProgress } from '../report/progress.ts';
import { styleFor } from '../report/style.ts';
import type { Command } from './command.ts';
import { COMMANDS } from './command-table.ts';
import { hideSecrets } from './hide-secrets.ts';
import type { Output } from './output.ts';
import { type Invocation, parseCommandLine } from './parse-command-line.ts';
import type { Input } from './read-input.ts';
import type { Stop } from './stop-signal.ts';
import { describeUnexpected, UNEXPECTED } from './unexpected.ts';

/** The process as a command sees it. */
export interface CommandLine {
  readonly argv: readonly string[];
  readonly environment: Environment;
  /** Made when it is asked for: opening it costs, and few commands read. */
  readonly stdin: () => Input;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly stop: Stop;
}

/** Commands that are the whole life of a container; any other may be run by somebody in one whose life goes on. */
const ENDS_CONTAINERS: readonly string[] = ['init', 'watch'];

type Run = Extract<Invocation, { kind: 'run' }>;

/**
 * Runs what the arguments ask for and prints its result: to standard output, or, where it ended in a failure and for
 * people, to standard error.
 *
 * @returns the exit code
 */
export async function runCommandLine(line: CommandLine): Promise<number> {
  const { argv } = line;
  try {
    const invocation = await parseCommandLine(argv);
    if (invocation.kind === 'run') return await runCommand(invocation, line);
    await (invocation.misused ? line.stderr : line.stdout).write(invocation.text);
    return invocation.misused ? exitCodeOf('usage') : 0;
  } catch (error) {
    return await reportError(error, nameOf(argv), line);
  }
}

/** A first word that is no command may be anything, a secret too, and is not repeated. */
function nameOf([word]: readonly string[]): string {
  return COMMANDS.some(({ name }) => name.split(' ')[0] === word) ? (word ?? '') : 'keykeeper';
}

async function runCommand({ command, flags, options, configFile, json }: Run, line: CommandLine): Promise<number> {
  const { environment, stop, stdin, stdout, stderr } = line;
  const lookAtImage = (question: ImageQuestion) => askImage({ ...question, environment });
  // A health check runs every few seconds, and rests on nothing that an image decides.
  const asks = command.name !== 'healthcheck';
  const loaded = await loadSettings({ flags, environment, configFile, ...(asks ? { lookAtImage } : {}) });
  const { settings } = loaded;
  const logger = createLogger(settings, () => stderr.stream());
  hideSecrets(settings, logger);
  try {
    const document = await command.run({
      settings,
      loaded,
      options,
      json,
      environment,
      logger,
      signal: stop.signal,
      progress: (what, more) => showProgress(what, more, { stream: stderr, logger }),
      readSecret: async (question) => {
        const { readSecretInput } = await import('./read-input.ts');
        return await readSecretInput(question, stdin(), stderr.stream(), stop.signal);
      },
      confirm: async (question) => {
        const { confirmOn } = await import('./read-input.ts');
        return await confirmOn(question, stdin(), stderr.stream(), stop.signal);
      },
      style: styleFor(stdout, environment),
      stdout,
      print: (text) => stdout.write(text),
    });
    // Log lines about a result stand before it where both go to one terminal.
    await logger.flush();
    if (document === null) return 0;
    await stdout.write(json ? jsonText(document) : resultText(command, document, line));
    return document.exitCode;
  } finally {
    await logger.flush();
  }
}

function resultText(command: Command, document: ResultDocument, { stdout, environment }: CommandLine): string {
  const style = styleFor(stdout, environment);
  return command.print?.(document, style) ?? printResult(document, style);
}

async function reportError(error: unknown, name: string, line: CommandLine): Promise<number> {
  const { stop, stderr, stdout, environment } = line;
  const json = line.argv.includes('--json');
  if (stop.exitCode !== null && isAbort(error, stop.signal)) {
    const stopped = emptyDocument(name, stop.exitCode, [
      { code: 'stopped', severity: 'info', target: '', message: 'stopped by a signal before it was done', try: '' },
    ]);
    await (json ? stdout.write(jsonText(stopped)) : stderr.write('keykeeper: stopped by a signal\n'));
    return stop.exitCode;
  }
  if (error instanceof Failure) {
    const document = failureDocument(name, error);
    if (ENDS_CONTAINERS.includes(name)) await leaveReason(error, environment);
    await (json ? stdout.write(jsonText(document)) : stderr.write(printFailure(error, styleFor(stderr, environment))));
    return document.exitCode;
  }
  const message = describeUnexpected(error);
  const unexpected = { code: 'unexpected', severity: 'error', target: '', message, try: '' } as const;
  await (json
    ? stdout.write(jsonText(emptyDocument(name, UNEXPECTED, [unexpected])))
    : stderr.write(`keykeeper: ${message}\n`));
  return UNEXPECTED;
}

/** In a pod, the reason why a container cannot even begin is read from its termination message. */
async function leaveReason(error: Failure, environment: Environment): Promise<void> {
  const { writeTerminationMessage } = await import('../report/termination-message.ts');
  const path = environment.KEYKEEPER_TERMINATION_LOG || DEFAULT_TERMINATION_LOG;
  writeTerminationMessage(path, printFailure(error));
}

/** Whether an error only says that the signal was heeded. */
function isAbort(error: unknown, signal: AbortSignal): boolean {
  return error === signal.reason || (error instanceof Error && error.name === 'AbortError');
}

function jsonText(document: ResultDocument): string {
  return `${JSON.stringify(document)}\n`;
}
