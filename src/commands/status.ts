import { openKeeper } from '../keeper/open-keeper.ts';
import type { Reconciliation } from '../keeper/reconcile.ts';
import type { ResultDocument } from '../report/document.ts';
import type { RegistrationStatus } from '../report/http/registration-status.ts';
import { describeSchedule, type ScheduleStatus, scheduleStatus } from '../report/http/schedule-status.ts';
import { printResult } from '../report/print-result.ts';
import type { Style } from '../report/style.ts';
import type { Command, CommandContext } from './command.ts';
import { describeRegistration, knownRegistration } from './known-registration.ts';
import { lookDeep } from './look-deep.ts';
import { type OwnershipDetails, ownershipDetails, ownershipLines } from './ownership-details.ts';
import { requireConfigDirectory } from './require-config-directory.ts';
import { resultOf } from './result-of.ts';

/** `keykeeper status`: how the keys stand, without touching anything. */
export const status: Command = {
  name: 'status',
  summary: 'say how the keys stand: the verdict, and how many secrets open',
  description:
    'Looks at files, vault and database afresh, says the verdict on the live key and which secrets do not open. It ' +
    'changes nothing, not even the vault; what it would plan is shown by `keykeeper init --dry-run`. With --deep it also looks through every text column of the ' +
    'database for sealed values that nobody names, and says where they are.\n\n' +
    'Exit codes: 0 whatever it found; 2 when a setting is wrong.',
  examples: [
    { line: 'docker compose exec keykeeper /nodejs/bin/node /app/main.js status', purpose: 'beside a running watch' },
    { line: 'keykeeper status --json', purpose: 'for monitoring: see canary.opened and findings' },
  ],
  options: [
    { flags: '--deep', description: 'also look through every text column; on a large database this takes a while' },
  ],
  run,
  print,
};

async function run(context: CommandContext): Promise<ResultDocument> {
  const { settings, signal, environment, options } = context;
  requireConfigDirectory(settings);
  await using opened = await openKeeper(settings, 'ask', false, environment);
  const result = await opened.keeper.reconcile(signal, { until: 'plan', depth: 'full' });
  const document = resultOf(result, { command: 'status', exitCode: 0 });
  const { status: registration, findings } = knownRegistration(result, settings, Date.now());
  const deep = options.deep === true ? await lookDeep(result, null, context) : null;
  return {
    ...document,
    findings: [...document.findings, ...findings, ...(deep?.findings ?? [])],
    details: {
      ownership: ownershipDetails(settings, result.after.pass.observation.access),
      registration,
      ...scheduled(result),
      ...(deep === null ? {} : { deep: deep.details }),
    },
  };
}

interface Scheduled {
  readonly drill: ScheduleStatus;
  readonly export: ScheduleStatus;
}

function scheduled({ after }: Reconciliation): Scheduled {
  const { records } = after.pass.observation;
  return { drill: scheduleStatus(records.drill), export: scheduleStatus(records.export) };
}

interface Details extends Scheduled {
  readonly ownership: OwnershipDetails;
  readonly registration: RegistrationStatus;
}

function print(document: ResultDocument, style: Style): string {
  const { ownership, registration, drill = null, export: off = null } = (document.details ?? {}) as Partial<Details>;
  const key = registration === undefined ? null : describeRegistration(registration);
  return printResult(document, style, [
    ...(ownership === undefined ? [] : ownershipLines(ownership)),
    ...(key === null ? [] : [['registration', key] as const]),
    ...(drill === null ? [] : [['drill', describeSchedule(drill)] as const]),
    ...(off === null ? [] : [['export', describeSchedule(off)] as const]),
  ]);
}
