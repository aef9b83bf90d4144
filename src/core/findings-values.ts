import type { Finding } from './finding.ts';
import type { ValueReference } from './value.ts';
import type { Judgement } from './verdict.ts';

/** How many rows a message names before it only counts. */
const NAMED = 8;

/** Findings about single values: what does not open, what opens under another key, what was destroyed. */
export function valueFindings(judgement: Judgement): Finding[] {
  if (judgement.verdict === 'lost') return [];
  const clear = judgement.dead.filter((each) => !each.shaped);
  const dead = judgement.dead.filter((each) => each.shaped);
  const found: Finding[] = [];
  if (judgement.live !== null && judgement.movable.length > 0 && judgement.verdict === 'mixed') {
    found.push({
      code: 'values-under-other-key',
      severity: 'error',
      target: name(judgement.movable),
      message: `${plural(judgement.movable.length, 'value opens', 'values open')} under another known key and not under the live one`,
      try: 'keykeeper rescue --dry-run, then keykeeper rescue: it seals them anew under the live key',
    });
  }
  if (dead.length > 0) {
    found.push({
      code: 'values-unreadable',
      severity: 'warning',
      target: name(dead),
      message: `${plural(dead.length, 'value opens', 'values open')} under no known key`,
      try: 'type them in again in GLPI, or give them up with keykeeper accept',
    });
  }
  if (clear.length > 0) {
    found.push({
      code: 'values-in-clear',
      severity: 'warning',
      target: name(clear),
      message: `${plural(clear.length, 'value is', 'values are')} not sealed where GLPI expects sealed ones: GLPI reads nothing there`,
      try: 'type them in again in GLPI, which seals them',
    });
  }
  if (judgement.destroyed.length > 0) {
    found.push({
      code: 'values-destroyed',
      severity: 'warning',
      target: name(judgement.destroyed),
      message: `${plural(judgement.destroyed.length, 'value was', 'values were')} emptied or garbled by GLPI; what was there before is kept in the vault or can be computed back`,
      try: 'keykeeper rescue --dry-run shows how they come back; do not save over them before',
    });
  }
  if (judgement.emptied.length > 0) {
    found.push({
      code: 'values-emptied',
      severity: 'warning',
      target: name(judgement.emptied),
      message: `${plural(judgement.emptied.length, 'value was', 'values were')} emptied in a bad time; the vault has what was there before`,
      try: 'keykeeper rescue --dry-run shows how they come back; keykeeper accept if they were emptied on purpose',
    });
  }
  return found;
}

/** `glpi_configs.value (smtp_passwd)`, `glpi_authldaps.rootdn_passwd #3`. */
export function describeReference(reference: ValueReference): string {
  const place = `${reference.table}.${reference.column}`;
  return reference.name === undefined ? `${place} #${reference.id}` : `${place} (${reference.name})`;
}

function name(values: readonly { readonly reference: ValueReference }[]): string {
  const shown = values.slice(0, NAMED).map((each) => describeReference(each.reference));
  const rest = values.length - shown.length;
  return rest > 0 ? `${shown.join(', ')} and ${rest} more` : shown.join(', ');
}

function plural(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
