import { GROUP_NAMES, GROUPS } from '../keeper/doctor/group.ts';
import type { DoctorDetails } from './doctor-document.ts';
import { PLAIN, type Style } from './style.ts';

type Checked = DoctorDetails['checks'][number];
type Outcome = Checked['outcome'];

/** Lines of evidence that are shown; the JSON document has all. */
const SHOWN = 8;
const INDENT = '             ';

/** All checks for people: by group, what is well in a line, what is not with evidence and a way out. */
export function printDoctor({ checks, counts, seconds }: DoctorDetails, style: Style = PLAIN): string {
  const groups = GROUP_NAMES.flatMap((group) => {
    const own = checks.filter((each) => each.group === group);
    if (own.length === 0) return [];
    const lines = own.filter((each) => each.outcome !== 'skipped').map((each) => printCheck(each, style));
    return [[style.strong(GROUPS[group].title), ...lines, ...printSkipped(own, style)]];
  });
  const summary = [
    counts.error === 0 ? `${style.good('no error')}` : style.bad(plural(counts.error, 'error')),
    counts.warning === 0 ? 'no warning' : style.caution(plural(counts.warning, 'warning')),
    `${counts.advice} with advice`,
    `${counts.ok} ok`,
    `${counts.skipped} skipped`,
  ].join(', ');
  const worst = checks.filter((each) => each.outcome === 'error' || each.outcome === 'warning');
  const named =
    worst.length === 0 ? '' : `\n${worst.map((each) => `  ${mark(each.outcome, style)} ${each.code}`).join('\n')}`;
  return `${groups.map((lines) => lines.join('\n')).join('\n\n')}\n\n${summary} (${seconds.toFixed(1)} s)${named}\n`;
}

/** One line a reason: what cannot be told for the same reason needs it once. */
function printSkipped(checks: readonly Checked[], style: Style): string[] {
  const codes = new Map<string, string[]>();
  for (const { outcome, why, code } of checks) {
    if (outcome === 'skipped') codes.set(why, [...(codes.get(why) ?? []), code]);
  }
  return [...codes].map(([why, names]) => `  ${mark('skipped', style)} ${style.quiet(`${names.join(', ')}: ${why}`)}`);
}

function printCheck({ code, title, outcome, troubles }: Checked, style: Style): string {
  if (outcome === 'ok') return `  ${mark(outcome, style)} ${title}`;
  const lines = troubles.map((each) => {
    const rest = each.evidence.length - SHOWN;
    const evidence = [...each.evidence.slice(0, SHOWN), ...(rest > 0 ? [`and ${rest} more`] : [])];
    return [
      `  ${mark(each.level, style)} ${style.strong(code)}: ${each.message} (${each.target})`,
      ...evidence.map((line) => `${INDENT}${style.quiet(`seen: ${line}`)}`),
      `${INDENT}${style.strong('fix:')}  ${each.fix}`,
    ].join('\n');
  });
  return lines.join('\n');
}

/** A sign and a word, ten columns wide: neither colour nor sign has to be seen. */
function mark(outcome: Outcome, style: Style): string {
  switch (outcome) {
    case 'ok':
      return style.good('✔ ok      ');
    case 'skipped':
      return style.quiet('- skipped ');
    case 'error':
      return style.bad('✖ error   ');
    case 'warning':
      return style.caution('! warning ');
    case 'advice':
      return style.strong('→ advice  ');
  }
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
