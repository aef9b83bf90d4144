import { CommanderError, Option, Command as Parser } from 'commander';
import type { Declaration } from '../config/declaration.ts';
import { DECLARATIONS } from '../config/declarations.ts';
import { nearestName } from '../config/nearest-name.ts';
import { USUAL_CONFIG_FILE } from '../config/read-config-file.ts';
import { settingForms } from '../config/setting-forms.ts';
import { Failure } from '../core/failure.ts';
import { VERSION } from '../version.ts';
import type { Command, CommandContext } from './command.ts';
import { COMMANDS, commandAt } from './command-table.ts';
import type { Invocation } from './parse-command-line.ts';

const DESCRIPTION = `Keeps the keys of GLPI: restores, proves and guards the security key file and what belongs to it.

In front of GLPI, "init" puts back what is missing, tests the key on real values of the database, and exits 0 only when GLPI may start. Beside GLPI, "watch" guards the files while it runs.`;

const AFTER = `
Every command takes --json (one document on standard output) and --help. Settings come from flags, then from
KEYKEEPER_ variables, then from ${USUAL_CONFIG_FILE}; "keykeeper config" shows what counts and why.

Exit codes beside those of each command: 1 a fault of Keykeeper itself, 2 wrong usage or settings, 130 and 143 stopped
by SIGINT or SIGTERM before it was done.`;

type Run = Extract<Invocation, { kind: 'run' }>;

/** @throws Failure `usage` */
export async function parseWithCommander(argv: readonly string[]): Promise<Invocation> {
  const found = commandAt(argv[0] === 'help' ? argv.slice(1) : argv);
  const command = found === undefined ? null : await found.entry.load();
  const parsed: Run[] = [];
  const texts: string[] = [];
  const program = buildProgram(command, (run) => parsed.push(run));
  for (const each of [program, ...program.commands.flatMap((one) => [one, ...one.commands])]) {
    each.exitOverride().configureOutput({ writeOut: (text) => texts.push(text), writeErr: (text) => texts.push(text) });
  }
  try {
    program.parse([...argv], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const shown = ['commander.version', 'commander.helpDisplayed', 'commander.help'].includes(error.code);
    if (!shown) throw usageFailure(error, command);
    return { kind: 'text', text: texts.join(''), misused: error.exitCode !== 0 };
  }
  const [run] = parsed;
  if (run === undefined) throw new Failure('usage', 'no command is given', { try: 'keykeeper --help' });
  return run;
}

function buildProgram(command: Command | null, onRun: (run: Run) => void): Parser {
  const program = new Parser('keykeeper').description(DESCRIPTION).version(VERSION).addHelpText('after', AFTER);
  for (const { name, summary } of COMMANDS) {
    const parser = parserNamed(program, name).summary(summary).showSuggestionAfterError(false);
    if (command?.name === name) addCommand(parser, command, onRun);
  }
  return program.showSuggestionAfterError(false);
}

/** A command of two words stands under a parser for the first of them. */
function parserNamed(program: Parser, name: string): Parser {
  const [first = '', second] = name.split(' ');
  if (second === undefined) return program.command(first);
  const group = program.commands.find((each) => each.name() === first) ?? groupNamed(program, first);
  return group.command(second);
}

function groupNamed(program: Parser, name: string): Parser {
  const names = COMMANDS.filter((each) => each.name.startsWith(`${name} `)).map((each) => each.name.split(' ')[1]);
  return program.command(name).summary(`${names.join(', ')}: see keykeeper ${name} --help`);
}

function addCommand(parser: Parser, command: Command, onRun: (run: Run) => void): void {
  parser.description(command.description);
  for (const { flags, description } of command.options) parser.option(flags, description);
  parser.option('--json', 'print exactly one JSON document');
  parser.option('--config <file>', `configuration file instead of ${USUAL_CONFIG_FILE}`);
  for (const option of settingOptions()) {
    // `watch --gate` is its own; the setting of that name then comes from the environment or the file alone.
    if (!parser.options.some((each) => each.long === option.long)) parser.addOption(option);
  }
  if (command.examples.length > 0) parser.addHelpText('after', examplesText(command));
  const { operand } = command;
  if (operand === undefined) {
    parser.action((options: CommandContext['options']) => onRun(runOf(command, options)));
    return;
  }
  parser.argument(`[${operand.name}]`, operand.description);
  parser.action((word: string | undefined, options: CommandContext['options']) =>
    onRun(runOf(command, word === undefined ? options : { ...options, [operand.name]: word })),
  );
}

function settingOptions(): Option[] {
  return settingForms().flatMap(({ setting, kind, flag, variable }) => {
    if (flag === null) return [];
    const { summary, fallback, fallbackText }: Declaration = DECLARATIONS[setting];
    const shown = fallback ?? fallbackText;
    const help = kind === 'path' ? `file with: ${summary}` : summary;
    const ending = shown === undefined || kind === 'path' ? '' : `; default ${shown.replaceAll('`', '')}`;
    const option = new Option(`${flag} <${kind === 'path' ? 'path' : 'value'}>`, `${help} (${variable}${ending})`);
    return [option.helpGroup('Settings:')];
  });
}

function examplesText({ examples }: Command): string {
  const width = Math.max(...examples.map((each) => each.line.length));
  const lines = examples.map((each) => `  ${each.line.padEnd(width)}  ${each.purpose}`);
  return `\nExamples:\n${lines.join('\n')}`;
}

function runOf(command: Command, parsed: CommandContext['options']): Run {
  const settings = new Set(settingForms().map((each) => each.key));
  const flags: Record<string, string> = {};
  const options: Record<string, CommandContext['options'][string]> = {};
  for (const [name, value] of Object.entries(parsed)) {
    if (settings.has(name) && typeof value === 'string') flags[name] = value;
    else if (name !== 'json' && name !== 'config') options[name] = value;
  }
  const { config, json } = parsed;
  return {
    kind: 'run',
    command,
    flags,
    options,
    configFile: typeof config === 'string' ? config : null,
    json: json === true,
  };
}

/** In our own words: the parser's may repeat an argument, which may hold a secret. */
function usageFailure(error: CommanderError, command: Command | null): Failure {
  const help = command === null ? 'keykeeper --help' : `keykeeper ${command.name} --help`;
  const option = /'(--?[A-Za-z][A-Za-z0-9-]*)/.exec(error.message)?.[1];
  if (error.code === 'commander.optionMissingArgument') {
    return new Failure('usage', `${option ?? 'an option'} needs a value`, { try: help });
  }
  if (error.code === 'commander.excessArguments') {
    const words =
      command?.operand === undefined ? 'options only, no further words' : `one ${command.operand.name} only`;
    return new Failure('usage', `${command?.name ?? 'keykeeper'} takes ${words}`, { try: help });
  }
  if (error.code !== 'commander.unknownOption') return new Failure('usage', 'cannot understand this', { try: help });
  const known = ['--json', '--config', '--help', ...settingForms().flatMap((each) => each.flag ?? [])];
  const own = (command?.options ?? []).flatMap(({ flags }) => /--[a-z-]+/.exec(flags)?.[0] ?? []);
  if (command === null && option !== undefined && known.includes(option)) {
    return new Failure('usage', `${option} comes after the command`, { try: `keykeeper config ${option}` });
  }
  const nearest = option === undefined ? null : nearestName(option, [...own, ...known]);
  const where = command === null ? '' : ` of ${command.name}`;
  return new Failure('usage', `${option ?? 'this'} is no option${where}`, { try: nearest ?? help });
}
