import { EXIT } from '../core/exit-code.ts';
import { openKeeper } from '../keeper/open-keeper.ts';
import type { ResultDocument } from '../report/document.ts';
import type { Command, CommandContext } from './command.ts';
import { requireConfigDirectory } from './require-config-directory.ts';
import { previewOf, resultOf } from './result-of.ts';

/** `keykeeper accept`: values that no known key opens are given up. */
export const accept: Command = {
  name: 'accept',
  summary: 'give up the values that no known key opens, so that they neither block nor nag',
  description:
    'Records in the vault that a person has given up exactly these values: their rows stay as they are, and they count ' +
    'for nothing from now on. A value that changes later counts again. Look at the list with --dry-run first.\n\n' +
    'Exit codes: 0 recorded, or nothing to give up · 11 this is another database than the vault belongs to · 12 the ' +
    'database does not answer · 13 the live key cannot be read · 14 the vault cannot be written, or holds keys that no ' +
    'configured identity opens.',
  examples: [
    { line: 'keykeeper accept --dry-run', purpose: 'which values would be given up' },
    { line: 'keykeeper accept', purpose: 'after the old key is known to be gone for good' },
  ],
  options: [{ flags: '--dry-run', description: 'show which values would be given up and record nothing' }],
  run,
};

async function run({ settings, signal, environment, options }: CommandContext): Promise<ResultDocument> {
  requireConfigDirectory(settings);
  const dryRun = options.dryRun === true;
  await using opened = await openKeeper(settings, 'ask', !dryRun, environment);
  const until = dryRun ? 'plan' : 'done';
  const result = await opened.keeper.reconcile(signal, { until, depth: 'full', asked: { scope: 'accept' } });
  const parts = { command: 'accept', exitCode: exitCodeOf(result) };
  return dryRun ? previewOf(result, parts) : resultOf(result, parts);
}

function exitCodeOf({ after, outcome }: Parameters<typeof resultOf>[0]) {
  if (after.judgement.databaseSilent) return EXIT.databaseUnreachable;
  if (outcome.obstacle === 'elsewhere') return EXIT.choose;
  if (outcome.obstacle === 'unreadable') return EXIT.access;
  const unusable = after.pass.observation.vault.kind === 'broken' || outcome.vaultFailed;
  return unusable || outcome.obstacle === 'identity-missing' ? EXIT.vault : EXIT.done;
}
