import { EXIT } from '../core/exit-code.ts';
import { openKeeper } from '../keeper/open-keeper.ts';
import type { ResultDocument } from '../report/document.ts';
import type { Command, CommandContext } from './command.ts';
import { requireConfigDirectory } from './require-config-directory.ts';
import { previewOf, resultOf } from './result-of.ts';

/** `keykeeper capture`: what is live goes to the vault, now. */
export const capture: Command = {
  name: 'capture',
  summary: 'keep what is live in the vault now, without waiting for a watch',
  description:
    'Writes a generation with the guarded files, the registration key and the sealed values as they are, if anything ' +
    'differs from the newest one. The key counts as proven if it opens real values. GLPI is not touched.\n\n' +
    'Exit codes: 0 kept, or nothing new to keep · 14 the vault cannot be written.',
  examples: [
    { line: 'keykeeper capture', purpose: 'before maintenance' },
    { line: 'keykeeper capture --dry-run', purpose: 'what differs from the newest generation' },
  ],
  options: [{ flags: '--dry-run', description: 'show what would be kept and write nothing' }],
  run,
};

async function run({ settings, signal, environment, options }: CommandContext): Promise<ResultDocument> {
  requireConfigDirectory(settings);
  const dryRun = options.dryRun === true;
  await using opened = await openKeeper(settings, 'ask', !dryRun, environment);
  const until = dryRun ? 'plan' : 'done';
  const result = await opened.keeper.reconcile(signal, { until, depth: 'full', asked: { scope: 'captures' } });
  const broken = result.after.pass.observation.vault.kind === 'broken' || result.outcome.vaultFailed;
  const parts = { command: 'capture', exitCode: broken ? EXIT.vault : EXIT.done };
  return dryRun ? previewOf(result, parts) : resultOf(result, parts);
}
