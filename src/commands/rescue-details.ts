import { judge } from '../core/judge.ts';
import type { Observation } from '../core/observation.ts';
import { planRescue, type RescueWay } from '../core/plan-rescue.ts';
import type { ValueReference } from '../core/value.ts';
import type { Judgement } from '../core/verdict.ts';
import { whereToType } from '../glpi/where-to-type.ts';
import type { Reconciliation } from '../keeper/reconcile.ts';
import { formatTable } from '../report/format-table.ts';
import type { Style } from '../report/style.ts';

/** One value of the table: `details.values` of the JSON document. */
export interface RescuedValue {
  readonly value: string;
  readonly reference: ValueReference;
  /** `reseal`, `inverse`, `escrow`, `older`; `retype`: nothing that is known brings it back. */
  readonly way: RescueWay | 'retype';
  /** `certain`: proven by authenticated decryption; `probable`: it may be older than what stood there; `none`. */
  readonly certainty: 'certain' | 'probable' | 'none';
  readonly how: string;
}

const HOW: Readonly<Record<RescueWay, string>> = {
  reseal: 'another known key opens it: sealed anew',
  inverse: 'garbled by GLPI: computed back, and proven',
  escrow: 'destroyed: from the vault, as last seen',
  older: 'opens under nothing: from the vault, maybe older',
};

/** What is brought back and what is not, value by value. */
export function rescuedValues({ found }: Reconciliation, takeOlder: boolean): RescuedValue[] {
  const { observation } = found.pass;
  const { steps, older, retype } = planRescue(observation, onceRestored(observation, found.judgement), takeOlder);
  const back = steps.map(({ reference, way }): RescuedValue => {
    const certainty = way === 'older' ? 'probable' : 'certain';
    return { value: valueName(reference), reference, way, certainty, how: HOW[way] };
  });
  const typed = retype.map((reference) => lostValue(reference, `type it in again: ${whereToType(reference)}`));
  const left = takeOlder ? [] : older;
  const offered = left.map((reference) =>
    lostValue(reference, `--older takes the vault's value; or type it in again: ${whereToType(reference)}`),
  );
  return [...back, ...offered, ...typed];
}

/** How the values stand once the key that is on its way back is in its place. */
function onceRestored(observation: Observation, judgement: Judgement): Judgement {
  const { choice } = judgement;
  if (choice.kind !== 'restore') return judgement;
  const key = { kind: 'well-formed', fingerprint: choice.fingerprint, breaksGlpi11: false } as const;
  return judge({ ...observation, key });
}

/** The table for people; '' where there is nothing to tell. */
export function rescueTable(values: readonly RescuedValue[], style: Style): string {
  if (values.length === 0) return '';
  const rows = values.slice(0, MOST_ROWS).map(({ value, how, certainty }) => [value, how, sure(certainty, style)]);
  const rest = values.length - rows.length;
  const more = rest > 0 ? `\n… and ${rest} more; --json lists them all` : '';
  return `${formatTable([['value', 'how', 'sure'].map((each) => style.quiet(each)), ...rows])}${more}`;
}

/** More rows than anybody reads on a terminal. */
const MOST_ROWS = 60;

function lostValue(reference: ValueReference, how: string): RescuedValue {
  return { value: valueName(reference), reference, way: 'retype', certainty: 'none', how };
}

function sure(certainty: RescuedValue['certainty'], style: Style): string {
  if (certainty === 'certain') return style.good('certain');
  return certainty === 'probable' ? style.caution('probable') : style.bad('no');
}

function valueName({ table, column, id, context, name }: ValueReference): string {
  return name === undefined ? `${table}.${column} #${id}` : `${context ?? 'core'}/${name}`;
}
