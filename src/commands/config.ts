import { type DescribedSetting, describeSettings } from '../config/describe-settings.ts';
import type { ResultDocument } from '../report/document.ts';
import { emptyDocument } from '../report/failure-document.ts';
import { formatTable } from '../report/format-table.ts';
import type { Style } from '../report/style.ts';
import type { Command, CommandContext } from './command.ts';

/** `keykeeper config`: the settings as they count, secrets redacted. */
export const config: Command = {
  name: 'config',
  summary: 'show the effective settings and where each comes from',
  description:
    'Reads flags, environment, configuration file and preset as every other command does, and shows what came out. ' +
    'Secrets are shown as [redacted] or (not set). The preset that is found out comes with what speaks for it; a Docker engine ' +
    'at hand is asked what image GLPI runs. Nothing else is read, and nothing is changed.\n\n' +
    'Exit codes: 0, or 2 when a setting is wrong; the message says which, and what to write instead.',
  examples: [
    { line: 'keykeeper config', purpose: 'what counts in this container, and why' },
    { line: 'keykeeper config --config ./keykeeper.yaml', purpose: 'check a file before it is mounted' },
    { line: 'keykeeper config --json', purpose: 'the same as a document' },
  ],
  options: [],
  run,
  print,
};

async function run({ loaded }: CommandContext): Promise<ResultDocument> {
  return { ...emptyDocument('config', 0), details: { settings: describeSettings(loaded) } };
}

function print(document: ResultDocument, style: Style): string {
  const settings = (document.details?.settings ?? []) as readonly DescribedSetting[];
  const rows = settings.map(({ name, value, source, evidence }) => [
    name,
    value.startsWith('(') ? style.quiet(value) : value,
    style.quiet(evidence === undefined ? source : `${source}: ${evidence}`),
  ]);
  return `${formatTable([['setting', 'value', 'source'].map(style.strong), ...rows])}\n`;
}
