import type { CheckIn } from '../core/check-in.ts';
import { EXIT } from '../core/exit-code.ts';
import { keptRegistration } from '../core/plan-registration.ts';
import { registrationClaims } from '../glpi/registration-claims.ts';
import { openKeeper } from '../keeper/open-keeper.ts';
import type { Reconciliation } from '../keeper/reconcile.ts';
import type { ResultDocument } from '../report/document.ts';
import { formatTable } from '../report/format-table.ts';
import type { RegistrationStatus } from '../report/http/registration-status.ts';
import { printResult } from '../report/print-result.ts';
import type { Style } from '../report/style.ts';
import type { Command, CommandContext } from './command.ts';
import { describeCheckIn } from './describe-check-in.ts';
import { describeRegistration, knownRegistration } from './known-registration.ts';
import { requireConfigDirectory } from './require-config-directory.ts';
import { resultOf } from './result-of.ts';

/** What is told of the key: `details` of the JSON document. */
interface ShownKey {
  /** `opens`, `absent`, `null`, `empty`, `sealed-empty`, `garbled`, `other`, `closed`, `unread`; null: the database was not read. */
  readonly row: string | null;
  readonly fingerprint: string | null;
  /** This, and the two below: of GLPI's key, or, where it has none that can be read, of the vault's. */
  readonly owner: string | null;
  readonly reference: string | null;
  readonly passDate: string | null;
  /** What the vault keeps: `kept`, `cleared`, `unknown`. */
  readonly vault: string;
  readonly vaultFingerprint: string | null;
  readonly receipt: RegistrationStatus;
  /** How GLPI's own automatic actions fare; null where that cannot be read. */
  readonly checkIn: CheckIn | null;
}

/** `keykeeper registration show`: everything about the registration key but the key. */
export const registrationShow: Command = {
  name: 'registration show',
  summary: 'say what is known of the registration key, without showing it',
  description:
    "Says what GLPI's row holds, what the key says of itself (owner, reference, pass date where it has them), its " +
    'fingerprint, what the vault keeps, what GLPI Network said last, and when GLPI itself asked last by its automatic ' +
    'action. Nobody is asked, nothing is changed, and the key itself is never shown.\n\n' +
    'Exit codes: 0 whatever it found · 12 the database does not answer.',
  examples: [{ line: 'keykeeper registration show --json', purpose: 'for an inventory' }],
  options: [],
  run,
  print,
};

async function run({ settings, signal, environment }: CommandContext): Promise<ResultDocument> {
  requireConfigDirectory(settings);
  await using opened = await openKeeper(settings, 'ask', false, environment);
  const result = await opened.keeper.reconcile(signal, { until: 'plan' });
  const { status, findings } = knownRegistration(result, settings, Date.now());
  const exitCode = result.after.judgement.databaseSilent ? EXIT.databaseUnreachable : EXIT.done;
  const document = resultOf(result, { command: 'registration show', exitCode });
  const registration = shownKey(result, status);
  return { ...document, findings: [...findings, ...document.findings], details: { registration } };
}

function shownKey({ after }: Reconciliation, receipt: RegistrationStatus): ShownKey {
  const { observation, database } = after.pass;
  const newest = keptRegistration(observation)?.kept;
  const key = database.registration ?? (newest?.kind === 'kept' ? newest.key : null);
  const claims = key === null ? null : registrationClaims(key.reveal());
  return {
    row: observation.database.kind === 'answers' ? observation.database.registrationRow.kind : null,
    fingerprint: observation.database.kind === 'answers' ? observation.database.registration : null,
    owner: claims?.owner ?? null,
    reference: claims?.reference ?? null,
    passDate: claims?.passDate ?? null,
    vault: newest?.kind ?? 'unknown',
    vaultFingerprint: newest?.kind === 'kept' ? newest.fingerprint : null,
    receipt,
    checkIn: observation.database.kind === 'answers' ? observation.database.checkIn : null,
  };
}

const ROWS: Readonly<Record<string, string>> = {
  opens: 'a registration key',
  absent: 'no row: none',
  null: 'NULL: none',
  empty: 'empty: none',
  'sealed-empty': 'a sealed empty text: none',
  garbled: 'what GLPI garbled while its key was missing or wrong',
  other: 'something that is no registration key',
  closed: 'a value that no known security key opens',
  unread: 'there is no GLPI in the database',
};

function print(document: ResultDocument, style: Style): string {
  const shown = document.details?.registration as ShownKey;
  const receipt = describeRegistration(shown.receipt);
  const rows: [string, string | null][] = [
    ['GLPI has', shown.row === null ? 'not known: the database was not read' : (ROWS[shown.row] ?? shown.row)],
    ['fingerprint', shown.fingerprint],
    ['vault keeps', vaultText(shown)],
    ['owner', shown.owner],
    ['reference', shown.reference],
    ['pass date', shown.passDate],
    ['GLPI Network', receipt],
    ['GLPI asks', shown.checkIn === null ? null : describeCheckIn(shown.checkIn)],
  ];
  const told = rows.flatMap(([label, text]) => (text === null ? [] : [[style.quiet(label), text]]));
  const bare = { ...document, verdict: null, verdictAfter: null, canary: null, fingerprint: null, generation: null };
  const findings = printResult(bare, style).trim();
  return `${[formatTable(told), findings].filter((each) => each !== '').join('\n\n')}\n`;
}

function vaultText({ vault, vaultFingerprint, fingerprint }: ShownKey): string {
  if (vault === 'cleared') return 'that it was emptied on purpose';
  if (vault !== 'kept') return 'nothing of it yet';
  return vaultFingerprint === fingerprint ? 'the same key' : `the key ${vaultFingerprint}`;
}
