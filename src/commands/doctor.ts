import { Failure } from '../core/failure.ts';
import type { Finding } from '../core/finding.ts';
import { type Check, LEVELS, type Level } from '../keeper/doctor/check.ts';
import { CHECKS } from '../keeper/doctor/check-table.ts';
import { type FactBook, factBook } from '../keeper/doctor/fact-book.ts';
import { type Checked, exitCodeFor, runDoctor } from '../keeper/doctor/run-doctor.ts';
import { selectChecks } from '../keeper/doctor/select-checks.ts';
import { monotonic } from '../keeper/monotonic.ts';
import { NETWORK } from '../keeper/network-port.ts';
import { openKeeper } from '../keeper/open-keeper.ts';
import type { DoctorDetails, DoctorDocument } from '../report/doctor-document.ts';
import type { ResultDocument } from '../report/document.ts';
import { emptyDocument } from '../report/failure-document.ts';
import { printDoctor } from '../report/print-doctor.ts';
import type { Style } from '../report/style.ts';
import type { Command, CommandContext } from './command.ts';
import { resultOf } from './result-of.ts';

/** `keykeeper doctor`: whether the whole set-up is as it should be. */
export const doctor: Command = {
  name: 'doctor',
  summary: 'check the whole set-up, and say how to mend what is wrong',
  description:
    'Runs named checks side by side on files, ownership, vault, database, keys, network, the containers and Keykeeper itself, and ' +
    'is done in seconds, whatever hangs. It reads only: nothing is written, captured or repaired, and no key leaves. It needs no ' +
    'vault: docs/doctor.md has the one line that looks at a GLPI which runs without Keykeeper, and the list of checks.\n\n' +
    'error: keys, secrets or the start of GLPI are at stake now. warning: they will be once something common happens. ' +
    'advice: it works, and could be safer. What cannot be told from here is skipped, and says why.\n\n' +
    'Exit codes: 0 no error (or nothing as serious as --fail-on says); else that of the group with the most serious trouble: 10 key ' +
    '· 11 files, container, set-up · 12 database · 13 ownership · 14 vault · 20 registration key · 21 network and clock; 2 when a setting or option is wrong.',
  examples: [
    { line: 'docker compose exec keykeeper /nodejs/bin/node /app/main.js doctor', purpose: 'beside a running watch' },
    { line: 'keykeeper doctor --only vault,key-fits', purpose: 'a group and a single check' },
    { line: 'keykeeper doctor --json --fail-on warning', purpose: 'for monitoring: see details.checks' },
  ],
  options: [
    { flags: '--only <names>', description: 'codes of checks or of groups, separated by commas' },
    {
      flags: '--fail-on <level>',
      description: 'least serious level that counts for the exit code: error (the default), warning or advice',
    },
  ],
  run,
  print,
};

async function run(context: CommandContext): Promise<ResultDocument> {
  const { settings, loaded, environment, options, signal } = context;
  const checks = typeof options.only === 'string' ? selectChecks(CHECKS, options.only) : CHECKS;
  const failOn = readLevel(options.failOn);
  const begun = monotonic();
  await using opened = await openKeeper(settings, 'ask', false, environment);
  const { openVault, platform } = opened;
  const order = { loaded, settings, environment, now: () => new Date(), signal };
  const facts = factBook({ order, openVault, platform, network: NETWORK });
  let done = 0;
  using _ = context.progress(
    'checking',
    () => `${done} of ${checks.length} done; waiting for ${facts.waiting().join(', ')}`,
  );
  const checked = await runDoctor(checks, facts, (ended) => {
    done = ended;
  });
  const document = documentOf(checked, exitCodeFor(checked, failOn), (monotonic() - begun) / 1000);
  return { ...document, ...(await judged(checks, facts)) };
}

/** What the keeper made of the key; nothing where no check asked for it. */
async function judged(checks: readonly Check[], facts: FactBook): Promise<Partial<ResultDocument>> {
  if (!checks.some((each) => each.needs.includes('instance'))) return {};
  const instance = await facts.get('instance');
  if (instance.kind === 'unknown') return {};
  const { verdict, verdictAfter, canary, fingerprint, generation } = resultOf(instance.value.result, {
    command: 'doctor',
    exitCode: 0,
  });
  return { verdict, verdictAfter, canary, fingerprint, generation };
}

function readLevel(given: CommandContext['options'][string] | undefined): Level {
  if (given === undefined) return 'error';
  const level = LEVELS.find((each) => each === given);
  if (level !== undefined) return level;
  throw new Failure('usage', '--fail-on names no level', {
    target: '--fail-on',
    expected: LEVELS.join(', '),
    try: 'keykeeper doctor --fail-on warning',
  });
}

function documentOf(checked: readonly Checked[], exitCode: number, seconds: number): DoctorDocument {
  const checks = checked.map(({ check: { code, group, title }, outcome, why, troubles }) => ({
    code,
    group,
    title,
    outcome,
    why,
    troubles: troubles.map((each) => ({ ...each, evidence: [...each.evidence] })),
  }));
  const number = (outcome: Checked['outcome']) => checked.filter((each) => each.outcome === outcome).length;
  const counts = {
    ok: number('ok'),
    skipped: number('skipped'),
    error: number('error'),
    warning: number('warning'),
    advice: number('advice'),
  };
  return {
    ...emptyDocument('doctor', exitCode),
    findings: checked.flatMap(findingsOf),
    details: { checks, counts, seconds: Math.round(seconds * 10) / 10 },
  };
}

function findingsOf({ check: { code }, troubles }: Checked): Finding[] {
  return troubles.map(({ level, target, message, fix }) => ({ code, severity: level, target, message, try: fix }));
}

function print({ details }: ResultDocument, style: Style): string {
  return printDoctor(details as DoctorDetails, style);
}
