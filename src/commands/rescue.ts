import { EXIT, type ExitCode } from '../core/exit-code.ts';
import { Failure } from '../core/failure.ts';
import { type PlanOptions, touchesGlpi } from '../core/plan.ts';
import { planRescue } from '../core/plan-rescue.ts';
import { openKeeper } from '../keeper/open-keeper.ts';
import type { Reconciliation } from '../keeper/reconcile.ts';
import type { ResultDocument } from '../report/document.ts';
import { printResult } from '../report/print-result.ts';
import type { Style } from '../report/style.ts';
import type { Command, CommandContext } from './command.ts';
import { requireConfigDirectory } from './require-config-directory.ts';
import { type RescuedValue, rescuedValues, rescueTable } from './rescue-details.ts';
import { previewOf, resultOf } from './result-of.ts';

/** `keykeeper rescue`: what GLPI destroyed comes back. */
export const rescue: Command = {
  name: 'rescue',
  summary: 'bring back the secrets that GLPI garbled, emptied or left under an old key',
  description:
    'Puts the right key back as `init` does, looks at every sealed value and says what becomes of it: sealed anew where another known key opens it, computed back ' +
    'where GLPI garbled it, taken from the vault where it was emptied in a bad time. What nothing brings back is named, ' +
    'with where in GLPI it has to be typed again. Then it asks, and writes all of it in one transaction, each row guarded ' +
    'by its old bytes, which are in the vault before. A value that somebody entered since the accident stays. GLPI may ' +
    'run meanwhile.\n\n' +
    'Exit codes: 0 done, or nothing to bring back · 2 nobody said yes · 10 or 11 no key that fits the database is in ' +
    'place: `keykeeper init` first; 11 also where rows kept changing · 12 the database does not answer · 14 the vault ' +
    'cannot be used.',
  examples: [
    { line: 'keykeeper rescue --dry-run', purpose: 'the table: what comes back, how, and how sure that is' },
    { line: 'keykeeper rescue --yes', purpose: 'without asking' },
    { line: 'keykeeper rescue --undo', purpose: 'the rows as they were, where nobody wrote since' },
  ],
  options: [
    { flags: '--dry-run', description: 'show the table and change nothing' },
    { flags: '--yes', description: 'do not ask' },
    { flags: '--older', description: "take the vault's value also where no known key opens what is there now" },
    { flags: '--undo', description: 'put back what the last rescue changed' },
  ],
  run,
  print,
};

type Asked = Pick<PlanOptions, 'scope' | 'older'>;

async function run(context: CommandContext): Promise<ResultDocument> {
  const { settings, signal, environment, options } = context;
  requireConfigDirectory(settings);
  const dryRun = options.dryRun === true;
  const older = options.older === true;
  const asked: Asked = options.undo === true ? { scope: 'undo-rescue' } : { scope: 'rescue', older };
  await using opened = await openKeeper(settings, 'guard', !dryRun, environment);
  const preview = await opened.keeper.reconcile(signal, { until: 'plan', depth: 'full', asked });
  const values = options.undo === true ? [] : rescuedValues(preview, older);
  const parts = { command: 'rescue', exitCode: exitCodeOf(preview) };
  const writes = touchesGlpi(preview.after.plan) || values.some((each) => each.way !== 'retype');
  if (dryRun) return { ...previewOf(preview, parts), details: { values } };
  // What goes to the vault alone needs nobody's yes.
  if (writes) await askFirst(context, values);
  using _ = context.progress('waiting for the values to hold still, then writing', () => '');
  const result = await opened.keeper.reconcile(signal, { depth: 'full', asked, reason: 'rescue' });
  return { ...resultOf(result, { command: 'rescue', exitCode: finalCode(result, asked) }), details: { values } };
}

/** @throws Failure `usage` where nobody is there to ask, `refused` where the answer is no */
async function askFirst(
  { options, json, print: show, confirm, style }: CommandContext,
  values: readonly RescuedValue[],
) {
  if (options.yes === true) return;
  const table = rescueTable(values, style);
  if (!json && table !== '') show(`${table}\n\n`);
  const answer = await confirm('Bring this back?');
  if (answer === 'yes') return;
  if (answer === 'no')
    throw new Failure('usage', 'nothing was changed: the answer was not yes', { try: 'keykeeper rescue' });
  throw new Failure('usage', 'nobody is there to say yes: standard input is no terminal', {
    expected: '--yes, after a look at what --dry-run shows',
    try: 'keykeeper rescue --dry-run, then keykeeper rescue --yes',
  });
}

/** How an instance stands for a command that brings values back or moves them. */
export function exitCodeOf({ after, outcome }: Reconciliation): ExitCode {
  const { judgement, pass } = after;
  const { vault } = pass.observation;
  if (judgement.databaseSilent) return EXIT.databaseUnreachable;
  if (vault.kind === 'broken' || outcome.vaultFailed) return EXIT.vault;
  if (outcome.reseal === 'failed' || judgement.elsewhere !== null) return EXIT.choose;
  switch (judgement.verdict) {
    case 'sound':
    case 'damaged':
    case 'mixed':
    case 'unproven':
      return EXIT.done;
    case 'lost':
      return EXIT.lost;
    case 'unreadable':
      return EXIT.access;
    case 'missing':
    case 'malformed':
    case 'wrong':
      return EXIT.choose;
  }
}

/** What is still to be brought back did not hold still, or was written by somebody else in the last moment. */
function finalCode(result: Reconciliation, { scope, older }: Asked): ExitCode {
  const code = exitCodeOf(result);
  const { pass, judgement } = result.after;
  const left = scope === 'undo-rescue' ? [] : planRescue(pass.observation, judgement, older === true).steps;
  const undone = result.reports.some((each) => each.done && each.action === 'undo-rescue');
  if (scope === 'undo-rescue' && !undone && code === EXIT.done) return EXIT.choose;
  return code === EXIT.done && left.length > 0 ? EXIT.choose : code;
}

function print(document: ResultDocument, style: Style): string {
  const values = (document.details?.values ?? []) as readonly RescuedValue[];
  const table = rescueTable(values, style);
  const result = printResult(document, style);
  return table === '' ? result : `${table}\n\n${result}`;
}
