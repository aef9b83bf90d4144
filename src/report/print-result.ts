import type { Severity } from '../core/finding.ts';
import type { ResultDocument } from './document.ts';
import { formatTable } from './format-table.ts';
import { PLAIN, type Style } from './style.ts';
import { verdictMood, verdictWords } from './verdict-words.ts';

/** How many rows that did not open are named before they are only counted. */
const NAMED = 5;

/**
 * A result for people: what was found, what was done, whether GLPI may start, and what to do next.
 *
 * @param more further rows for what was found, each a label and a text
 */
export function printResult(
  document: ResultDocument,
  style: Style = PLAIN,
  more: readonly (readonly [string, string])[] = [],
): string {
  const parts = [printSummary(document, style, more), printActions(document, style), printFindings(document, style)];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function printSummary(document: ResultDocument, style: Style, more: readonly (readonly string[])[]): string {
  const { verdict, verdictAfter, gate, canary, fingerprint, generation } = document;
  const firstInstall = document.findings.some((each) => each.code === 'first-install');
  const rows: string[][] = [];
  if (verdict !== null) rows.push(['found', printVerdict(verdict, firstInstall, style)]);
  if (verdictAfter !== null && verdictAfter !== verdict) {
    rows.push(['now', printVerdict(verdictAfter, firstInstall, style)]);
  }
  if (canary !== null) rows.push(['secrets', printCanary(canary)]);
  if (fingerprint !== null) rows.push(['key', fingerprint]);
  if (generation !== null) rows.push(['vault', `newest generation ${generation}`]);
  if (gate !== null) rows.push(['gate', printGate(gate, document.exitCode, style)]);
  return formatTable([...rows, ...more].map(([label = '', text = '']) => [style.quiet(label), text]));
}

function printVerdict(verdict: NonNullable<ResultDocument['verdict']>, firstInstall: boolean, style: Style): string {
  if (firstInstall && verdict === 'missing') return `${style.good('first install')}: nothing to restore`;
  return `${style[verdictMood(verdict)](verdict)}: ${verdictWords(verdict)}`;
}

function printCanary({ tested, opened, unreadable }: NonNullable<ResultDocument['canary']>): string {
  if (tested === 0) return 'none in the database yet';
  const some = unreadable.slice(0, NAMED).map(printReference).join(', ');
  const rest = unreadable.length > NAMED ? `, and ${unreadable.length - NAMED} more` : '';
  const closed = unreadable.length === 0 ? '' : `; not ${some}${rest}`;
  return `${opened} of ${tested} open${closed}`;
}

function printReference(reference: NonNullable<ResultDocument['canary']>['unreadable'][number]): string {
  const { table, column, id, context, name } = reference;
  if (name !== undefined) return `${context ?? 'core'}/${name}`;
  return `${table}.${column} id ${id}`;
}

function printGate(gate: 'open' | 'blocked', exitCode: number, style: Style): string {
  if (gate === 'open') return `${style.good('open')}: GLPI may start`;
  return `${style.bad('blocked')}: GLPI must not start (exit code ${exitCode})`;
}

function printActions({ actions, dryRun }: ResultDocument, style: Style): string {
  if (actions.length === 0) return '';
  const rows = actions.map(({ action, target, done, note }) => {
    const mark = done ? style.good('done') : dryRun === true ? style.quiet('would') : style.bad('failed');
    return [`  ${mark}`, action, note === undefined ? target : `${target} (${note})`];
  });
  return formatTable(rows);
}

function printFindings({ findings }: ResultDocument, style: Style): string {
  // The first line of the summary says it already.
  const told = findings.filter((each) => each.code !== 'first-install');
  return told
    .map((finding) => {
      const where = finding.target === '' ? '' : `${finding.target}: `;
      const hint = finding.try === '' ? '' : `\n  ${style.strong('Try:')} ${finding.try}`;
      return `${severityWord(finding.severity, style)} ${where}${finding.message}${hint}`;
    })
    .join('\n');
}

function severityWord(severity: Severity, style: Style): string {
  switch (severity) {
    case 'error':
      return style.bad('error:');
    case 'warning':
      return style.caution('warning:');
    case 'advice':
      return style.strong('advice:');
    case 'info':
      return style.quiet('note:');
  }
}
