import { extendChronicle } from '../core/chronicle.ts';
import { judge } from '../core/judge.ts';
import type { Observation } from '../core/observation.ts';
import { planRegistration } from '../core/plan-registration.ts';
import { planRescue, type RescueWay, type RescueWish } from '../core/plan-rescue.ts';
import type { ValueReference } from '../core/value.ts';
import type { Judgement } from '../core/verdict.ts';
import { whereToType } from '../glpi/where-to-type.ts';
import type { Judged, Reconciliation } from '../keeper/reconcile.ts';
import { formatTable } from '../report/format-table.ts';
import type { Style } from '../report/style.ts';

/** One value of the table: `details.values` of the JSON document. */
export interface RescuedValue {
  readonly value: string;
  readonly reference: ValueReference;
  /**
   * `reseal`, `inverse`, `escrow`, `older`; `retype`: nothing that is known brings it back; `left`: it was emptied in a
   * good time, or when nobody saw it, and comes back only where it is named.
   */
  readonly way: RescueWay | 'retype' | 'left';
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
export function rescuedValues({ found }: Reconciliation, wish: RescueWish): RescuedValue[] {
  const { observation, judgement } = onceRestored(found);
  const { steps, older, retype, past } = planRescue(observation, judgement, wish);
  const back = steps.map(({ reference, way }): RescuedValue => {
    const certainty = way === 'older' ? 'probable' : 'certain';
    return { value: valueName(reference), reference, way, certainty, how: HOW[way] };
  });
  const typed = retype.map((reference) => lostValue(reference, `type it in again: ${whereToType(reference)}`));
  const offered = older.map((reference) =>
    lostValue(reference, `--older takes the vault's value; or type it in again: ${whereToType(reference)}`),
  );
  const named = past.map(({ reference, seenAt }): RescuedValue => {
    const how = `empty; --value ${valueName(reference)} takes the vault's of ${seenAt.slice(0, 10)}`;
    return { value: valueName(reference), reference, way: 'left', certainty: 'none', how };
  });
  const registration = back.some((each) => each.reference.name === REGISTRATION) ? [] : rescuedRegistration(found);
  return [...back, ...registration, ...offered, ...typed, ...named];
}

const REGISTRATION = 'glpinetwork_registration_key';

/** The registration key has rules of its own, and comes back in the same run. */
function rescuedRegistration(found: Judged): RescuedValue[] {
  const { observation, judgement } = onceRestored(found);
  const planned = planRegistration(observation, judgement, 'auto');
  if (planned.kind !== 'write' || planned.fingerprint === null) return [];
  const { kind } = planned.source;
  if (kind !== 'generation' && kind !== 'row') return [];
  const reference = { table: 'glpi_configs', column: 'value', id: 0, context: 'core', name: REGISTRATION };
  const way = kind === 'generation' ? 'escrow' : 'inverse';
  const how = kind === 'generation' ? 'lost: from the vault, as last seen' : HOW.inverse;
  return [{ value: valueName(reference), reference, way, certainty: 'certain', how }];
}

/** How the values stand once the key that is on its way back is in its place, and this bad time on record. */
function onceRestored({ pass, judgement }: Judged): { observation: Observation; judgement: Judgement } {
  const { choice, verdict, live } = judgement;
  const { observation } = pass;
  if (choice.kind !== 'restore') return { observation, judgement };
  const { records, at } = observation;
  const chronicle = extendChronicle(records.chronicle, { at, verdict, fingerprint: live });
  const key = { kind: 'well-formed', fingerprint: choice.fingerprint, breaksGlpi11: false } as const;
  const restored = { ...observation, key, records: { ...records, chronicle } };
  return { observation: restored, judgement: judge(restored) };
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

/** `core/smtp_passwd`, `glpi_authldaps.rootdn_passwd #3`: also what `--value` takes. */
export function valueName({ table, column, id, context, name }: ValueReference): string {
  return name === undefined ? `${table}.${column} #${id}` : `${context ?? 'core'}/${name}`;
}
