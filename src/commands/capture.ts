import { EXIT } from '../core/exit-code.ts';
import { openKeeper } from '../keeper/open-keeper.ts';
import type { ResultDocument } from '../report/document.ts';
import { printResult } from '../report/print-result.ts';
import type { Style } from '../report/style.ts';
import { captureFound } from './capture-found.ts';
import type { Command, CommandContext } from './command.ts';
import { isFoundDocument, printFound } from './print-found.ts';
import { requireConfigDirectory } from './require-config-directory.ts';
import { previewOf, resultOf } from './result-of.ts';

/** `keykeeper capture`: what is live goes to the vault, now; with `--from` keys out of old volumes and backups too. */
export const capture: Command = {
  name: 'capture',
  summary: 'keep what is live in the vault now; with --from, keys out of old volumes and backups',
  description:
    'Writes a generation with the guarded files, the registration key and the sealed values as they are, if anything ' +
    'differs from the newest one. The key counts as proven if it opens real values. GLPI is not touched.\n\n' +
    'With --from it also looks for keys in files, directories and archives (.tar, .tar.gz, .zip), reads only, tries ' +
    'each on every sealed value of the live database, says which opens how many, and keeps them all. GLPI is not ' +
    'touched then either: the last line says what to run next.\n\n' +
    'Exit codes: 0 kept, or nothing new to keep · 14 the vault cannot be written. With --from also: 2 no key was ' +
    "found · 10 none of the known keys opens anything in the database · 11 this is another database than the vault's " +
    '· 12 the database does not answer, so the keys were kept untested.',
  examples: [
    { line: 'keykeeper capture', purpose: 'before maintenance' },
    { line: 'keykeeper capture --dry-run', purpose: 'what differs from the newest generation' },
    {
      line: 'keykeeper capture --from /old /backup/glpi.tar.gz',
      purpose: 'the key is lost, and may be in one of these',
    },
  ],
  options: [
    { flags: '--from <path...>', description: 'files, directories or archives in which an old key may lie' },
    { flags: '--dry-run', description: 'show what would be kept and write nothing' },
  ],
  run,
  print,
};

async function run(context: CommandContext): Promise<ResultDocument> {
  const { settings, signal, environment, options } = context;
  const { from } = options;
  const dryRun = options.dryRun === true;
  // On the day of loss there may be no config directory any more: the keys are kept all the same.
  if (from === undefined) requireConfigDirectory(settings);
  await using opened = await openKeeper(settings, 'ask', !dryRun, environment);
  const until = dryRun ? 'plan' : 'done';
  const result = await opened.keeper.reconcile(signal, { until, depth: 'full', asked: { scope: 'captures' } });
  const broken = result.after.pass.observation.vault.kind === 'broken' || result.outcome.vaultFailed;
  const parts = { command: 'capture', exitCode: broken ? EXIT.vault : EXIT.done };
  const document = dryRun ? previewOf(result, parts) : resultOf(result, parts);
  if (!Array.isArray(from)) return document;
  return await captureFound(from, document, opened.openVault, context);
}

function print(document: ResultDocument, style: Style): string {
  return isFoundDocument(document) ? printFound(document, style) : printResult(document, style);
}
