import type { Fingerprint } from '../core/brand.ts';
import type { Finding } from '../core/finding.ts';
import type { ScheduleRecord } from '../core/schedule.ts';
import type { Verdict } from '../core/verdict.ts';
import { keyIsSafe } from '../core/watch-health.ts';
import type { Reconciliation } from '../keeper/reconcile.ts';
import type { StatusDocument } from '../report/http/status-document.ts';

/** How many unreadable values a status names; `keykeeper status` names all. */
const NAMED = 200;

/**
 * What health, status and metrics say about a pass. A whole pass, with every value of the database and every key, is not
 * kept until the next one.
 */
export interface PassSummary {
  readonly verdict: Verdict;
  readonly keyIsSafe: boolean;
  /** The most serious finding as a sentence, or the verdict where there is none. */
  readonly mainReason: string;
  readonly glpi: StatusDocument['glpi'];
  readonly database: StatusDocument['database'];
  readonly vault: Omit<StatusDocument['vault'], 'url'>;
  readonly canary: NonNullable<StatusDocument['canary']>;
  readonly fingerprint: Fingerprint | null;
  /** Number of the newest generation. */
  readonly generation: number | null;
  readonly findings: readonly Finding[];
  readonly drill: ScheduleRecord | null;
  readonly export: ScheduleRecord | null;
}

export function summarizePass(result: Reconciliation): PassSummary {
  const { judgement, pass } = result.after;
  const { records } = pass.observation;
  const { tested, opened, dead, movable } = judgement;
  return {
    verdict: judgement.verdict,
    keyIsSafe: keyIsSafe(judgement),
    mainReason: mainReason(result),
    glpi: glpiOf(result),
    database: databaseOf(result),
    vault: vaultOf(result),
    canary: { tested, opened, unreadable: [...dead, ...movable].slice(0, NAMED).map((each) => each.reference) },
    fingerprint: judgement.live,
    generation: result.generation?.number ?? null,
    findings: result.findings,
    drill: records.drill,
    export: records.export,
  };
}

function mainReason({ findings, after }: Reconciliation): string {
  const [first] = findings;
  return first === undefined ? after.judgement.verdict : `${first.message} (${first.code})`;
}

function glpiOf({ after }: Reconciliation): PassSummary['glpi'] {
  const { database, glpiRunning } = after.pass.observation;
  return { running: glpiRunning, version: database.kind === 'answers' ? database.version : null };
}

function databaseOf({ after }: Reconciliation): PassSummary['database'] {
  const { database } = after.pass.observation;
  switch (database.kind) {
    case 'deferred':
      return { state: 'unknown', address: null, schema: null, message: null };
    case 'none':
    case 'unconfigured':
      return { state: database.kind, address: null, schema: null, message: null };
    case 'unreachable':
      return { state: 'unreachable', address: database.address, schema: database.schema, message: database.message };
    case 'answers':
      return { state: 'answers', address: database.identity.address, schema: database.identity.schema, message: null };
  }
}

function vaultOf({ after }: Reconciliation): PassSummary['vault'] {
  const { vault } = after.pass.observation;
  switch (vault.kind) {
    case 'none':
      return { state: 'unknown', generations: 0, damaged: 0 };
    case 'broken':
      return { state: 'broken', generations: 0, damaged: 0 };
    case 'ready':
      return { state: 'ready', generations: vault.generations.length, damaged: vault.damaged.length };
  }
}
