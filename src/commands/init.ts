import { openKeeper } from '../keeper/open-keeper.ts';
import type { ResultDocument } from '../report/document.ts';
import type { Command, CommandContext } from './command.ts';
import { holdWithProgress } from './hold-with-progress.ts';
import { requireConfigDirectory } from './require-config-directory.ts';
import { previewOf, resultOf } from './result-of.ts';
import { tellBlocked } from './tell-blocked.ts';

/** `keykeeper init`: the gate before GLPI's start. */
export const init: Command = {
  name: 'init',
  summary: 'restore and prove the keys, then let GLPI start',
  description:
    'Run it before GLPI, as an init container. It looks at the guarded files, the vault and the database, tries every ' +
    'known key on real values, puts back what is missing, and ends with 0 only if GLPI can start safely. It never makes ' +
    'a key, never replaces one that opens anything, and keeps every key it sees in the vault before it changes a file.\n\n' +
    'While the database does not answer it waits (KEYKEEPER_DATABASE_WAIT) and says what for.\n\n' +
    'Exit codes: 0 GLPI may start · 10 no known key opens the database · 11 a person must choose · 12 the database did ' +
    'not answer · 13 a file, its owner or mode could not be put right · 14 the vault cannot be used and is needed.',
  examples: [
    { line: 'keykeeper init', purpose: 'as the command of a Compose service on which GLPI depends' },
    { line: 'keykeeper init --dry-run', purpose: 'what it would do, without doing it' },
    { line: 'keykeeper init --json', purpose: 'the result as one JSON document on standard output' },
  ],
  options: [{ flags: '--dry-run', description: 'show the plan and change nothing, the vault included' }],
  run,
};

async function run(context: CommandContext): Promise<ResultDocument> {
  const { settings, signal, environment, options } = context;
  requireConfigDirectory(settings);
  const dryRun = options.dryRun === true;
  await using opened = await openKeeper(settings, 'gate', !dryRun, environment);
  const { keeper, platform } = opened;
  if (dryRun) {
    const result = await keeper.reconcile(signal, { until: 'plan' });
    return previewOf(result, { command: 'init', exitCode: 0 });
  }
  const { result, decision } = await holdWithProgress(keeper, context, 'preparing the keys', {});
  const document = resultOf(result, { command: 'init', exitCode: decision.exitCode, gate: decision });
  if (decision.gate === 'blocked') await tellBlocked(document, context, platform);
  return document;
}
