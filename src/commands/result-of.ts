import type { ExitCode } from '../core/exit-code.ts';
import type { Finding } from '../core/finding.ts';
import type { GateDecision } from '../core/gate.ts';
import type { Action } from '../core/plan.ts';
import { detailOfRegistration } from '../keeper/detail-of-registration.ts';
import type { Reconciliation } from '../keeper/reconcile.ts';
import type { ResultDocument } from '../report/document.ts';

export interface ResultParts {
  readonly command: string;
  readonly exitCode: ExitCode;
  readonly gate?: GateDecision;
}

/** The document of a command that reconciled: as found, what was done, and how it stands now. */
export function resultOf(result: Reconciliation, parts: ResultParts): ResultDocument {
  const { found, after } = result;
  const { judgement } = after;
  const unreadable = [...judgement.dead, ...judgement.movable].map((each) => each.reference);
  return {
    command: parts.command,
    verdict: found.judgement.verdict,
    verdictAfter: judgement.verdict,
    gate: parts.gate?.gate ?? null,
    exitCode: parts.exitCode,
    findings: [...overridden(parts.gate), ...result.findings],
    actions: result.reports.map(({ action, target, done, detail }) => ({ action, target, done, note: detail })),
    canary: { tested: judgement.tested, opened: judgement.opened, unreadable },
    fingerprint: judgement.live,
    generation: result.generation?.number ?? null,
  };
}

/** With `KEYKEEPER_GATE=warn` the gate opens whatever there is, and says what it would have done. */
function overridden(gate: GateDecision | undefined): Finding[] {
  if (gate === undefined || gate.enforced === gate.exitCode) return [];
  return [
    {
      code: 'gate-overridden',
      severity: 'error',
      target: 'KEYKEEPER_GATE',
      message: `the gate opened because KEYKEEPER_GATE is warn; it would have been blocked with exit code ${gate.enforced}`,
      try: 'mend what the other findings say, then set KEYKEEPER_GATE=enforce',
    },
  ];
}

/** The document of a plan that was only shown: nothing is done yet. */
export function previewOf(result: Reconciliation, parts: ResultParts): ResultDocument {
  const document = resultOf(result, parts);
  return { ...document, dryRun: true, actions: result.after.plan.actions.map(plannedAction) };
}

function plannedAction(action: Action): ResultDocument['actions'][number] {
  return { action: action.action, target: action.target, done: false, note: detailOf(action) };
}

function detailOf(action: Action): string {
  switch (action.action) {
    case 'capture-first':
      return action.fingerprint === null ? 'keep the malformed bytes' : `keep key ${action.fingerprint}`;
    case 'capture':
      return `changed: ${action.changed.join(', ')}`;
    case 'accept':
      return `${action.values.length} values given up`;
    case 'restore-file':
      return action.source.kind === 'generation'
        ? `from generation ${action.source.number}`
        : `from ${action.source.kind}`;
    case 'write-database-settings':
      return 'from the database settings in the environment';
    case 'reseal-values':
      return `${action.values.length} values under the live key`;
    case 'rescue-values':
      return `${action.steps.length} values under the live key`;
    case 'rotate-key':
      return `to key ${action.rotation.to}`;
    case 'undo-rescue':
      return 'the rows as they were, where nobody wrote since';
    case 'write-registration':
      return detailOfRegistration(action);
    case 'repair-access':
    case 'repair-directory':
      return 'owner and mode';
    case 'separate-file':
      return 'owner and mode, on a copy that takes its place';
  }
}
