import type { Fingerprint } from './brand.ts';
import type { Sequence } from './sequence.ts';
import type { ValueEvidence } from './value.ts';

/** What one key makes of all values that count. */
export interface Tally {
  readonly authenticates: number;
  /** Those of them that an administrator typed in: they weigh before tokens. */
  readonly settings: number;
  /** Neither empty nor garbled, and not sealed by Keykeeper itself. */
  readonly real: number;
}

const NOTHING: Tally = { authenticates: 0, settings: 0, real: 0 };

/**
 * Whether a value counts as evidence. One that opens under no key counts only in a column that this GLPI version seals,
 * and in a token column only if it has a sealed value's shape: older versions kept clear text there.
 */
export function counts(value: ValueEvidence): boolean {
  if (value.opens.length > 0) return true;
  return value.sealedColumn && (value.class === 'setting' || value.shaped);
}

/** Those that count: all of them as they are, in the usual case. */
export function countingAmong(values: Sequence<ValueEvidence>): Sequence<ValueEvidence> {
  return values.every(counts) ? values : values.filter(counts);
}

/** The tally of `key` over `values`; only values that count should be passed. */
export function tally(values: Sequence<ValueEvidence>, key: Fingerprint): Tally {
  let { authenticates, settings, real } = NOTHING;
  for (const value of values) {
    const opening = value.opens.find((each) => each.fingerprint === key);
    if (opening === undefined) continue;
    authenticates += 1;
    if (value.class === 'setting') settings += 1;
    if (opening.as === 'real' && !opening.ours) real += 1;
  }
  return { authenticates, settings, real };
}

/**
 * The keys that authenticate most: settings first, then all values. More than one is a tie; none authenticates anything
 * when the result is empty.
 */
export function strongest(values: Sequence<ValueEvidence>, keys: Iterable<Fingerprint>): Fingerprint[] {
  let best: Fingerprint[] = [];
  let record = NOTHING;
  for (const key of new Set(keys)) {
    const found = tally(values, key);
    if (found.authenticates === 0) continue;
    const order = found.settings - record.settings || found.authenticates - record.authenticates;
    if (order > 0 || best.length === 0) {
      best = [key];
      record = found;
    } else if (order === 0) {
      best.push(key);
    }
  }
  return best;
}
