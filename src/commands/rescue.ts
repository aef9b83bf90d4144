import { touchesGlpi } from '../core/action-kind.ts';
import { EXIT, type ExitCode } from '../core/exit-code.ts';
import { Failure } from '../core/failure.ts';
import type { Finding } from '../core/finding.ts';
import type { PlanOptions } from '../core/plan.ts';
import { planRescue, type RescueWish } from '../core/plan-rescue.ts';
import { referenceKey } from '../core/reference-key.ts';
import { type OpenKeeper, openKeeper } from '../keeper/open-keeper.ts';
import { type PassMemory, passMemory } from '../keeper/pass-memory.ts';
import type { Reconciliation } from '../keeper/reconcile.ts';
import type { ResultDocument } from '../report/document.ts';
import { printResult } from '../report/print-result.ts';
import type { Style } from '../report/style.ts';
import type { Command, CommandContext } from './command.ts';
import { keepHeapLean } from './keep-heap-lean.ts';
import { requireConfigDirectory } from './require-config-directory.ts';
import { type RescuedValue, rescuedValues, rescueTable, valueName } from './rescue-details.ts';
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
    'place, and none is known · 11 also where rows kept changing: run it again · 12 the database does not answer · 14 ' +
    'the vault cannot be used.',
  examples: [
    { line: 'keykeeper rescue --dry-run', purpose: 'the table: what comes back, how, and how sure that is' },
    { line: 'keykeeper rescue --yes', purpose: 'without asking' },
    { line: 'keykeeper rescue --value core/smtp_passwd', purpose: 'also this one, whatever emptied it' },
    { line: 'keykeeper rescue --undo', purpose: 'the rows as they were, where nobody wrote since' },
  ],
  options: [
    { flags: '--dry-run', description: 'show the table and change nothing' },
    { flags: '--yes', description: 'do not ask' },
    { flags: '--older', description: "take the vault's value also where no known key opens what is there now" },
    {
      flags: '--value <value...>',
      description: 'the same for these alone, as the table names them, and also where they were emptied on purpose',
    },
    { flags: '--undo', description: 'put back what the last rescue changed' },
  ],
  run,
  print,
};

type Asked = Pick<PlanOptions, 'scope'> & RescueWish;

async function run(context: CommandContext): Promise<ResultDocument> {
  const { settings, signal, environment, options } = context;
  requireConfigDirectory(settings);
  keepHeapLean();
  const dryRun = options.dryRun === true;
  const undo = options.undo === true;
  await using opened = await openKeeper(settings, 'guard', !dryRun, environment);
  const memory = passMemory();
  const { shown, wish, writes } = await lookFirst(opened, context, memory);
  if (dryRun) return shown;
  const { details } = shown;
  // What goes to the vault alone needs nobody's yes.
  const refusal = writes ? await askFirst(context, details.values) : null;
  if (refusal !== null) return { ...shown, exitCode: EXIT.usage, findings: [refusal, ...shown.findings] };
  using _ = context.progress('waiting for the values to hold still, then writing', () => '');
  const asked: Asked = undo ? { scope: 'undo-rescue' } : { scope: 'rescue', ...wish };
  const result = await opened.keeper.reconcile(signal, { depth: 'full', asked, reason: 'rescue', passMemory: memory });
  return { ...resultOf(result, { command: 'rescue', exitCode: finalCode(result, asked) }), details };
}

/** What would be done, and whether any of it is a row. All that was read is let go at the end of this. */
async function lookFirst({ keeper }: OpenKeeper, { signal, options }: CommandContext, memory: PassMemory) {
  const undo = options.undo === true;
  const preview = await keeper.reconcile(signal, {
    until: 'plan',
    passMemory: memory,
    depth: 'full',
    asked: { scope: undo ? 'undo-rescue' : 'rescue' },
  });
  const wish: RescueWish = { older: options.older === true, named: namedPlaces(preview, options.value) };
  const details = { values: undo ? [] : rescuedValues(preview, wish) };
  const shown = { ...previewOf(preview, { command: 'rescue', exitCode: previewCode(preview) }), details };
  const writes = touchesGlpi(preview.after.plan) || details.values.some((each) => each.certainty !== 'none');
  return { shown, wish, writes };
}

/** @throws Failure `usage` where a name is none of the table's that the vault has something for */
function namedPlaces(preview: Reconciliation, names: CommandContext['options'][string] | undefined): string[] {
  const wanted = Array.isArray(names) ? (names as readonly string[]) : [];
  const { observation } = preview.found.pass;
  const { older, past } = planRescue(observation, preview.found.judgement, {});
  const known = new Map([...older, ...past.map((each) => each.reference)].map((each) => [valueName(each), each]));
  return wanted.map((name) => {
    const reference = known.get(name);
    if (reference !== undefined) return referenceKey(reference);
    throw new Failure('usage', `--value: the vault has nothing to bring back for ${JSON.stringify(name)}`, {
      expected:
        known.size === 0 ? 'no value: there is none to choose' : `of ${[...known.keys()].slice(0, 8).join(', ')}`,
      try: 'keykeeper rescue --dry-run',
    });
  });
}

/** Shows what would be done and asks. @returns why nothing is done, or null for a yes */
async function askFirst(
  { options, confirm, style }: CommandContext,
  values: readonly RescuedValue[],
): Promise<Finding | null> {
  if (options.yes === true) return null;
  const table = rescueTable(values, style);
  // Where nobody is asked, the result shows the table.
  const answer = await confirm(table === '' ? 'Bring this back?' : `${table}\n\nBring this back?`);
  if (answer === 'yes') return null;
  const refused = { code: 'usage', severity: 'error', target: 'rescue' } as const;
  if (answer === 'no') {
    return { ...refused, message: 'nothing was changed: the answer was not yes', try: 'keykeeper rescue' };
  }
  return {
    ...refused,
    message: 'nothing was changed: nobody is there to say yes, for standard input is no terminal',
    try: 'keykeeper rescue --yes, after a look at what is shown here',
  };
}

/** A key that is on its way back is no reason to call the plan a failure. */
function previewCode(preview: Reconciliation): ExitCode {
  const code = exitCodeOf(preview);
  return code === EXIT.choose && preview.found.judgement.choice.kind === 'restore' ? EXIT.done : code;
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
function finalCode(result: Reconciliation, { scope, ...wish }: Asked): ExitCode {
  const code = exitCodeOf(result);
  const { pass, judgement } = result.after;
  const left = scope === 'undo-rescue' ? [] : planRescue(pass.observation, judgement, wish).steps;
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
