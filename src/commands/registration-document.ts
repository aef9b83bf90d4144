import type { Fingerprint } from '../core/brand.ts';
import { EXIT, type ExitCode } from '../core/exit-code.ts';
import type { Finding } from '../core/finding.ts';
import type { Reconciliation } from '../keeper/reconcile.ts';
import type { ResultDocument } from '../report/document.ts';
import { previewOf, resultOf } from './result-of.ts';

interface Parts {
  readonly command: string;
  readonly dryRun: boolean;
  /** What the row should hold; null: nothing. */
  readonly fingerprint: Fingerprint | null;
  readonly findings: readonly Finding[];
}

/** The result of a command that writes the row of the registration key. */
export function registrationDocument(result: Reconciliation, parts: Parts): ResultDocument {
  const document = parts.dryRun
    ? previewOf(result, { command: parts.command, exitCode: EXIT.done })
    : resultOf(result, { command: parts.command, exitCode: exitCodeOf(result, parts.fingerprint) });
  return {
    ...document,
    findings: [...parts.findings, ...withoutRow(result), ...unsettledFindings(result), ...document.findings],
    details: { registration: { key: parts.fingerprint } },
  };
}

function withoutRow({ after }: Reconciliation): Finding[] {
  const { database } = after.pass.observation;
  const unread = database.kind === 'answers' && database.registrationRow.kind === 'unread';
  if (database.kind !== 'none' && database.kind !== 'unconfigured' && !unread) return [];
  return [
    {
      code: 'registration-no-glpi',
      severity: 'error',
      target: 'glpi_configs core glpinetwork_registration_key',
      message: unread
        ? 'the database holds no GLPI, so there is no row to write'
        : 'no database is configured, so there is no row to write',
      try: 'keykeeper config shows which database is asked, and why',
    },
  ];
}

function unsettledFindings({ after }: Reconciliation): Finding[] {
  if (after.plan.unsettled !== true) return [];
  return [
    {
      code: 'registration-unsettled',
      severity: 'warning',
      target: 'glpi_configs core glpinetwork_registration_key',
      message:
        'sealed values changed within the settle time, as they do while GLPI changes its key: nothing was written',
      try: 'run it again; on a busy GLPI with a shorter KEYKEEPER_SETTLE',
    },
  ];
}

function exitCodeOf(result: Reconciliation, wanted: Fingerprint | null): ExitCode {
  const { after, outcome } = result;
  const { database, vault } = after.pass.observation;
  if (after.judgement.databaseSilent) return EXIT.databaseUnreachable;
  if (vault.kind === 'broken' || outcome.vaultFailed) return EXIT.vault;
  if (database.kind !== 'answers') return EXIT.choose;
  const row = database.registrationRow;
  const reached =
    wanted === null
      ? row.kind === 'absent' || row.kind === 'null' || row.kind === 'empty' || row.kind === 'sealed-empty'
      : row.kind === 'opens' && row.fingerprint === wanted && row.under === after.judgement.live;
  return reached ? EXIT.done : EXIT.choose;
}
