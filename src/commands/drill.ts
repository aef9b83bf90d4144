import { EXIT } from '../core/exit-code.ts';
import type { Finding } from '../core/finding.ts';
import { type DrillReport, describeDrill, succeeded } from '../keeper/drill/drill-report.ts';
import { runDrill } from '../keeper/drill/run-drill.ts';
import { vaultOpener } from '../keeper/open-keeper.ts';
import type { ResultDocument } from '../report/document.ts';
import { emptyDocument } from '../report/failure-document.ts';
import { printResult } from '../report/print-result.ts';
import type { Style } from '../report/style.ts';
import type { Command, CommandContext } from './command.ts';
import { noteSchedule } from './note-schedule.ts';
import { requireConfigDirectory } from './require-config-directory.ts';

/** `keykeeper drill`: would the vault bring everything back? */
export const drill: Command = {
  name: 'drill',
  summary: 'prove that the vault would bring everything back, in a scratch place',
  description:
    'Puts everything back from the vault as after a total loss, into an empty directory of its own in the place of ' +
    "GLPI's; then judges the key that came back on the live database, opens every value of the escrow and the registration " +
    'key, compares all with what is live, and says what would be lost. GLPI is only read, and the scratch place is gone ' +
    'afterwards. Date and result are kept for status and metrics; watch does this by itself with KEYKEEPER_DRILL.\n\n' +
    'Exit codes: 0 it would work · 10 no key comes back that opens the database · 11 another key than the live one would ' +
    'come back, or a person would have to choose · 12 the database does not answer · 14 the vault is damaged or its identity ' +
    'is missing.',
  examples: [
    { line: 'keykeeper drill', purpose: 'now and then, and after every change of the set-up' },
    { line: 'keykeeper drill --json', purpose: 'details.files, details.escrow, details.success for a script' },
  ],
  options: [{ flags: '--dry-run', description: 'the same, without keeping date and result' }],
  run,
  print,
};

async function run(context: CommandContext): Promise<ResultDocument> {
  const { settings, options, signal } = context;
  requireConfigDirectory(settings);
  const dryRun = options.dryRun === true;
  const notes = dryRun ? [] : await noteSchedule(settings, 'drill', null);
  using _ = context.progress('putting everything back in a scratch place', () => 'vault and database are read in full');
  const openVault = vaultOpener(settings, false);
  const report = await runDrill({ settings, openVault, now: () => new Date(), signal });
  if (!dryRun && notes.length === 0) {
    const outcome = { at: report.at, success: succeeded(report), message: describeDrill(report) };
    notes.push(...(await noteSchedule(settings, 'drill', outcome)));
  }
  return documentOf(report, notes, dryRun);
}

function documentOf(report: DrillReport, notes: readonly Finding[], dryRun: boolean): ResultDocument {
  const { obstructions, losses, files, escrow, registration, verdict, at, generation, fingerprint } = report;
  const { tested, opened, unreadable } = report;
  return {
    ...emptyDocument('drill', obstructions[0]?.exitCode ?? EXIT.done),
    ...(dryRun ? { dryRun } : {}),
    findings: [...obstructions.map((each) => each.finding), ...losses, ...notes],
    canary: verdict === null ? null : { tested, opened, unreadable: [...unreadable] },
    fingerprint,
    generation,
    details: { success: succeeded(report), at, verdict, files, escrow, registration, wouldLose: losses.length },
  };
}

type Details = Pick<DrillReport, 'files' | 'escrow' | 'registration'> & { readonly success: boolean };

function print(document: ResultDocument, style: Style): string {
  const { success, files, escrow, registration } = document.details as Details;
  const answer = success ? `${style.good('it would work')}` : `${style.bad('it would not work')}`;
  const came = files.map(({ name, live }) =>
    live === 'same' ? name : `${name} (${live === 'absent' ? 'not live now' : 'other than live'})`,
  );
  const rows: [string, string][] = [
    ['drill', answer],
    ['files', came.length === 0 ? 'none' : came.join(', ')],
    ['escrow', escrow === null ? 'none' : `${escrow.opened} of ${escrow.values} values open`],
    [
      'registration',
      registration === 'none' ? 'no key kept' : registration === 'opens' ? 'the key is whole' : 'damaged',
    ],
  ];
  return printResult(document, style, rows);
}
