import type { LoadedSettings } from '../config/load-settings.ts';
import type { Settings } from '../config/settings.ts';
import type { Environment } from '../config/source.ts';
import type { ResultDocument } from '../report/document.ts';
import type { Logger } from '../report/logger.ts';
import type { Style } from '../report/style.ts';
import type { Output } from './output.ts';
import type { SecretQuestion } from './read-input.ts';

/** An option of one command, beside the settings, `--config` and `--json`, which every command takes. */
export interface CommandOption {
  /** `--dry-run`, `--generation <number>` where it takes a value, `--from <path...>` where it takes several. */
  readonly flags: string;
  readonly description: string;
}

/** A word of one command that is no option; its value is among the options, under its name. */
export interface CommandOperand {
  readonly name: string;
  readonly description: string;
}

export interface CommandExample {
  readonly line: string;
  /** What it is good for. */
  readonly purpose: string;
}

/** What a command is run with. */
export interface CommandContext {
  readonly settings: Settings;
  /** The same settings with where each came from. */
  readonly loaded: LoadedSettings;
  /** The command's own options by camelCase name: true for a given flag, the text of a value or several; absent otherwise. */
  readonly options: Readonly<Record<string, string | true | readonly string[]>>;
  readonly json: boolean;
  readonly environment: Environment;
  readonly logger: Logger;
  /** Aborted by the first SIGTERM or SIGINT: finish what must be whole, and return. */
  readonly signal: AbortSignal;
  /** Shows that something takes its time, until it is disposed; see report/progress.ts. */
  readonly progress: (what: string, more: () => string) => Disposable;
  /** Reads a secret from standard input, see read-input.ts. */
  readonly readSecret: (question: SecretQuestion) => Promise<string>;
  /** Asks a person for a yes on the terminal; `nobody` where standard input is none. */
  readonly confirm: (question: string) => Promise<'yes' | 'no' | 'nobody'>;
  /** As the result is printed. */
  readonly style: Style;
  /** Standard output, for a command whose result is a stream of bytes; it returns no document then. */
  readonly stdout: Output;
  /** Writes to standard output beside the result; nothing may be written there with `--json`. */
  readonly print: (text: string) => void;
}

/** One verb of the command line. */
export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Paragraphs for `--help`: what it does, what it never does, and what its exit codes mean. */
  readonly description: string;
  readonly examples: readonly CommandExample[];
  readonly options: readonly CommandOption[];
  /** Whether it has to be there is for the command to say. */
  readonly operand?: CommandOperand;
  /** @returns the result, of which `exitCode` is the process's; null: nothing to print, exit code 0 */
  run(context: CommandContext): Promise<ResultDocument | null>;
  /** The result for people, with a line break at its end; report/print-result.ts where it is absent. */
  print?(document: ResultDocument, style: Style): string;
}
