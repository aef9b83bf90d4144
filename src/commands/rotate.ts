import type { Fingerprint } from '../core/brand.ts';
import { EXIT, type ExitCode } from '../core/exit-code.ts';
import { Failure } from '../core/failure.ts';
import type { WantedRotation } from '../core/plan-rotation.ts';
import { lateValues } from '../core/rotation.ts';
import { newRotation } from '../keeper/new-rotation.ts';
import { type OpenKeeper, openKeeper } from '../keeper/open-keeper.ts';
import { type PassMemory, passMemory } from '../keeper/pass-memory.ts';
import { pause } from '../keeper/pause.ts';
import type { Reconciliation } from '../keeper/reconcile.ts';
import { noteRotationEnd } from '../keeper/rotation-record.ts';
import type { ResultDocument } from '../report/document.ts';
import { printResult } from '../report/print-result.ts';
import type { Style } from '../report/style.ts';
import type { Command, CommandContext } from './command.ts';
import { keepHeapLean } from './keep-heap-lean.ts';
import { requireConfigDirectory } from './require-config-directory.ts';
import { exitCodeOf } from './rescue.ts';
import { previewOf, resultOf } from './result-of.ts';
import { movedTables, type RotatedTable, rotationTable } from './rotation-details.ts';
import { whyNotRotate } from './why-not-rotate.ts';

/** `keykeeper rotate`: a new key, and every sealed value moved to it. */
export const rotate: Command = {
  name: 'rotate',
  summary: 'make a new security key and move every sealed value to it',
  description:
    'Makes a new key, which is in the vault before anything changes, seals every value that a known key opens anew under ' +
    'it, in one transaction, and puts it in the place of the live one. Values that `security:change_key` of GLPI forgets ' +
    '(second factors, webhooks, plugins, and what `--deep` found) are among them; what no known key opens stays as it is. Then it ' +
    'looks again until nothing is left under the old key, which stays in the vault for good. Where it is killed, the ' +
    'next `init` or `watch` brings file and rows together.\n\n' +
    'It is refused where no key fits the database, while rows are moving or an installation is on its way, and while ' +
    'another watch sees a key file of its own: that replica would be left with the old key.\n\n' +
    'Exit codes: 0 done · 2 nobody said yes · 10 or 11 refused, or rows kept changing · 12 the database does not answer · ' +
    '13 the key file cannot be replaced · 14 the vault cannot be used.',
  examples: [
    { line: 'keykeeper rotate --dry-run', purpose: 'how many values would move, by table' },
    { line: 'keykeeper rotate --yes', purpose: 'without asking' },
  ],
  options: [
    { flags: '--dry-run', description: 'show what would move and change nothing' },
    { flags: '--yes', description: 'do not ask' },
    { flags: '--force', description: 'although another watch sees a key file of its own' },
  ],
  run,
  print,
};

/** Runs until nothing comes late any more; a database that is never quiet must not keep the command for ever. */
const PASSES = 8;

/** A look that changes nothing. */
const LOOK = { until: 'plan', depth: 'full', asked: { scope: 'captures' } } as const;

/** What passes by itself: somebody saved in the last moment, the connection broke, or the machine was slow. */
const PASSING: ReadonlySet<string> = new Set(['rows-changed', 'database-lost', 'lease-held']);

async function run(context: CommandContext): Promise<ResultDocument> {
  const { settings, signal, environment, options } = context;
  requireConfigDirectory(settings);
  keepHeapLean();
  const dryRun = options.dryRun === true;
  await using opened = await openKeeper(settings, 'guard', !dryRun, environment);
  const memory = passMemory();
  const { live, tables, document } = await lookFirst(opened, context, memory);
  if (document !== null) return document;
  await askFirst(context, tables);
  using _ = context.progress('waiting for the values to hold still, then moving them', () => '');
  const rotation = newRotation(live);
  const { result, whole } = await rotateUntilWhole(opened, rotation, signal, memory);
  const exitCode = whole ? EXIT.done : worse(failureCode(result) ?? exitCodeOf(result));
  return { ...resultOf(result, { command: 'rotate', exitCode }), details: { values: tables } };
}

/** What there is to rotate; or what the command has to say where it ends with that. */
type FirstLook =
  | { readonly live: Fingerprint; readonly tables: RotatedTable[]; readonly document: null }
  | { readonly live: null; readonly tables: null; readonly document: ResultDocument };

/** All that was read is let go at the end of this. */
async function lookFirst(opened: OpenKeeper, context: CommandContext, memory: PassMemory): Promise<FirstLook> {
  const dryRun = context.options.dryRun === true;
  const { preview, refusal } = await lookTwice(opened, context, memory);
  const tables = movedTables(preview);
  const details = { values: tables };
  const { live } = preview.after.judgement;
  if (refusal !== null || live === null) {
    const shown = previewOf(preview, { command: 'rotate', exitCode: worse(exitCodeOf(preview)) });
    const findings = [...(refusal === null ? [] : [refusal]), ...shown.findings];
    return { live: null, tables: null, document: { ...shown, actions: [], dryRun, findings, details } };
  }
  if (!dryRun) return { live, tables, document: null };
  const shown = previewOf(preview, { command: 'rotate', exitCode: EXIT.done });
  return { live: null, tables: null, document: { ...shown, actions: [], details } };
}

/**
 * How things stand, and why nothing may be rotated. Beside another rotation a look may see the vault before and the rows
 * after: what stands in the way has to stand there a settle time later too.
 */
async function lookTwice({ keeper }: OpenKeeper, { signal, options, settings }: CommandContext, memory: PassMemory) {
  const look = async () => {
    const preview = await keeper.reconcile(signal, { ...LOOK, passMemory: memory });
    return { preview, refusal: whyNotRotate(preview, options.force === true) };
  };
  const first = await look();
  if (first.refusal === null) return first;
  await pause(settings.settle, signal);
  return await look();
}

/** The rotation, then passes until nothing is found under the old key: a Save that waited for a row commits late. */
async function rotateUntilWhole(
  { keeper, openVault }: OpenKeeper,
  rotation: WantedRotation,
  signal: AbortSignal,
  memory: PassMemory,
): Promise<{ readonly result: Reconciliation; readonly whole: boolean }> {
  const asked = { scope: 'rotate', rotation } as const;
  const runs: Reconciliation[] = [];
  for (let pass = 0; pass < PASSES; pass += 1) {
    const result = await keeper.reconcile(signal, { depth: 'full', asked, reason: 'rotate', passMemory: memory });
    runs.push(result);
    if (isWhole(result, rotation)) {
      await noteRotationEnd(await openVault(), rotation.to, new Date().toISOString());
      const last = await keeper.reconcile(signal, { ...LOOK, passMemory: memory });
      return { result: inOne(runs, last), whole: true };
    }
    if (!mayPass(result, rotation)) break;
  }
  return { result: inOne(runs, runs.at(-1)), whole: false };
}

/** All that was done, as it was found first and stands now. */
function inOne(runs: readonly Reconciliation[], last: Reconciliation | undefined): Reconciliation {
  const [first] = runs;
  if (first === undefined || last === undefined) throw new TypeError('a rotation looks at least once');
  return { ...last, found: first.found, reports: runs.flatMap((each) => each.reports) };
}

function isWhole({ after, outcome }: Reconciliation, { to }: WantedRotation): boolean {
  const { judgement, pass } = after;
  const { database } = pass.observation;
  if (judgement.live !== to || outcome.unsettled || outcome.vaultFailed || database.kind !== 'answers') return false;
  return database.settled && judgement.opened > 0 && lateValues(pass.observation, judgement).length === 0;
}

function mayPass({ after, reports, findings }: Reconciliation, { from, to }: WantedRotation): boolean {
  const failed = reports.some((each) => !each.done);
  if (failed) return findings.some((each) => PASSING.has(each.code));
  const { live } = after.judgement;
  return live === from || live === to;
}

/** @throws Failure `usage` where nobody is there to ask, or the answer is no */
async function askFirst({ options, json, print: show, confirm, style }: CommandContext, tables: RotatedTable[]) {
  if (options.yes === true) return;
  if (!json) show(`${rotationTable(tables, style)}\n\n`);
  const answer = await confirm('Make a new key and move all of this to it?');
  if (answer === 'yes') return;
  if (answer === 'no')
    throw new Failure('usage', 'nothing was changed: the answer was not yes', { try: 'keykeeper rotate' });
  throw new Failure('usage', 'nobody is there to say yes: standard input is no terminal', {
    expected: '--yes, after a look at what --dry-run shows',
    try: 'keykeeper rotate --dry-run, then keykeeper rotate --yes',
  });
}

/** Of the file that cannot be replaced, or the vault that cannot take what has to go there. */
function failureCode({ findings, reports }: Reconciliation): ExitCode | null {
  if (reports.every((each) => each.done)) return null;
  const codes = findings.filter((each) => each.severity === 'error').map((each) => each.code);
  if (codes.some((code) => code.startsWith('vault-'))) return EXIT.vault;
  return codes.some((code) => code.startsWith('file-') || code === 'access-not-repaired') ? EXIT.access : null;
}

/** What was refused, or is not whole, is never done. */
function worse(code: ExitCode): ExitCode {
  return code === EXIT.done ? EXIT.choose : code;
}

function print(document: ResultDocument, style: Style): string {
  const tables = (document.details?.values ?? []) as RotatedTable[];
  const table = rotationTable(tables, style);
  const result = printResult(document, style);
  return table === '' ? result : `${table}\n\n${result}`;
}
