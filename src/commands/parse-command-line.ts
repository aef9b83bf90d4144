import { DECLARATIONS } from '../config/declarations.ts';
import { nearestName } from '../config/nearest-name.ts';
import { settingForms } from '../config/setting-forms.ts';
import { Failure } from '../core/failure.ts';
import type { Command, CommandContext } from './command.ts';
import { COMMANDS, commandAt, isCommandGroup } from './command-table.ts';

/** What a command line asks for. */
export type Invocation =
  | {
      readonly kind: 'run';
      readonly command: Command;
      /** Settings by camelCase name. */
      readonly flags: Readonly<Record<string, string>>;
      readonly options: CommandContext['options'];
      readonly configFile: string | null;
      readonly json: boolean;
    }
  /** Help or the version. `misused`: it is shown because no command was given. */
  | { readonly kind: 'text'; readonly text: string; readonly misused: boolean };

/**
 * Reads the arguments after the program's name. A command alone, the usual case in a container, is understood without
 * loading the parser, which would take a quarter of the time that `init` has.
 *
 * @throws Failure `usage`, naming the nearest right command or option, never an option's value
 */
export async function parseCommandLine(argv: readonly string[]): Promise<Invocation> {
  const [first] = argv;
  const found = commandAt(argv);
  if (found !== undefined && argv.length === found.words) {
    return { kind: 'run', command: await found.entry.load(), flags: {}, options: {}, configFile: null, json: false };
  }
  const [, second = '-'] = argv;
  if (found === undefined && isCommandGroup(first) && !second.startsWith('-')) {
    throw unknownCommand(`${first} ${second}`);
  }
  if (
    found === undefined &&
    first !== undefined &&
    !first.startsWith('-') &&
    first !== 'help' &&
    !isCommandGroup(first)
  ) {
    throw unknownCommand(first);
  }
  refuseSecretFlags(argv);
  const { parseWithCommander } = await import('./program.ts');
  return await parseWithCommander(argv);
}

export function unknownCommand(name: string): Failure {
  const names = COMMANDS.map((each) => each.name);
  const nearest = nearestName(name, names);
  // A secret may have been put there by mistake: only what can be a word is repeated.
  const shown = /^[a-z][a-z -]{0,39}$/i.test(name) ? ` ${JSON.stringify(name)}` : ' of this name';
  return new Failure('usage', `there is no command${shown}`, {
    expected: `one of ${names.join(', ')}`,
    try: nearest === null ? 'keykeeper --help' : `keykeeper ${nearest}`,
  });
}

/** An option that is a secret's own name gets the reason why there is none, instead of "unknown option". */
function refuseSecretFlags(argv: readonly string[]): void {
  for (const form of settingForms()) {
    if (form.kind !== 'text' || DECLARATIONS[form.setting].holds !== 'secret') continue;
    const flag = `--${form.variable
      .replace(/^KEYKEEPER_/, '')
      .replaceAll('_', '-')
      .toLowerCase()}`;
    if (!argv.some((each) => each === flag || each.startsWith(`${flag}=`))) continue;
    throw new Failure('usage', `${flag} would show a secret to everybody who can list processes`, {
      target: flag,
      expected: 'the path of a file that holds it',
      try: `${flag}-file /run/secrets/…, or ${form.variable} in the environment`,
    });
  }
}
