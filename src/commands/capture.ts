import { EXIT, type ExitCode } from '../core/exit-code.ts';
import { Failure } from '../core/failure.ts';
import { type OpenKeeper, openKeeper } from '../keeper/open-keeper.ts';
import type { Reconciliation } from '../keeper/reconcile.ts';
import type { ResultDocument } from '../report/document.ts';
import { printResult } from '../report/print-result.ts';
import type { Style } from '../report/style.ts';
import { captureFound } from './capture-found.ts';
import type { Command, CommandContext } from './command.ts';
import { type DeepLook, lookDeep } from './look-deep.ts';
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
    'With --deep it first looks through every text column of the database, for values of plugins and others that a ' +
    'known key opens though nobody names them. Where they stand is remembered: from then on they are tested, kept and ' +
    'moved with the key like all others.\n\n' +
    'Exit codes: 0 kept, or nothing new to keep · 14 the vault cannot be written. With --from also: 2 no key was ' +
    "found · 10 none of the known keys opens anything in the database · 11 this is another database than the vault's " +
    '· 12 the database does not answer, so the keys were kept untested. With --deep: 11 and 12 for the same reasons.',
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
    { flags: '--deep', description: 'first look through every text column; on a large database this takes a while' },
    { flags: '--dry-run', description: 'show what would be kept and write nothing' },
  ],
  run,
  print,
};

async function run(context: CommandContext): Promise<ResultDocument> {
  const { settings, environment, options } = context;
  const { from } = options;
  if (from !== undefined && options.deep === true) {
    throw new Failure('usage', '--from and --deep are two runs: a new key may open more than the old ones', {
      try: 'keykeeper capture --from …, keykeeper init, then keykeeper capture --deep',
    });
  }
  // On the day of loss there may be no config directory any more: the keys are kept all the same.
  if (from === undefined) requireConfigDirectory(settings);
  await using opened = await openKeeper(settings, 'ask', options.dryRun !== true, environment);
  const deep = options.deep === true ? await searchFirst(opened, context) : null;
  const live = await captureLive(opened, context, deep);
  return Array.isArray(from) ? await captureFound(from, live, opened.openVault, context) : live;
}

/** What a search finds is remembered before the capture, which keeps its values then. */
async function searchFirst({ keeper, openVault }: OpenKeeper, context: CommandContext): Promise<DeepLook> {
  const { signal, options } = context;
  const result = await keeper.reconcile(signal, { until: 'plan', depth: 'full' });
  const usable = options.dryRun !== true && result.after.pass.observation.vault.kind === 'ready';
  return await lookDeep(result, usable ? await openVault() : null, context);
}

async function captureLive(
  { keeper }: OpenKeeper,
  { signal, options }: CommandContext,
  deep: DeepLook | null,
): Promise<ResultDocument> {
  const dryRun = options.dryRun === true;
  const until = dryRun ? 'plan' : 'done';
  const result = await keeper.reconcile(signal, { until, depth: 'full', asked: { scope: 'captures' } });
  const parts = { command: 'capture', exitCode: exitCodeOf(result, deep) };
  const document = dryRun ? previewOf(result, parts) : resultOf(result, parts);
  if (deep === null) return document;
  return { ...document, findings: [...deep.findings, ...document.findings], details: { deep: deep.details } };
}

function exitCodeOf({ after, outcome }: Reconciliation, deep: DeepLook | null): ExitCode {
  const broken = after.pass.observation.vault.kind === 'broken' || outcome.vaultFailed;
  if (broken || deep?.vaultFailed === true) return EXIT.vault;
  if (deep === null || deep.details !== null) return EXIT.done;
  if (after.judgement.elsewhere !== null) return EXIT.choose;
  return after.judgement.databaseSilent ? EXIT.databaseUnreachable : EXIT.done;
}

function print(document: ResultDocument, style: Style): string {
  return isFoundDocument(document) ? printFound(document, style) : printResult(document, style);
}
