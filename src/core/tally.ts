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
  /** As above, whoever sealed it. */
  readonly text: number;
}

/** What all values together say, whichever key is live. */
export interface Weight {
  /** Keys that authenticate anything. */
  readonly tallies: ReadonlyMap<Fingerprint, Tally>;
  /** Values that open under any key. */
  readonly opened: number;
  /** Those that open to a text, neither empty nor garbled. */
  readonly text: number;
  /** Those that open under none. */
  readonly dead: readonly ValueEvidence[];
  /** Something better is known than what stands there. */
  readonly destroyed: readonly ValueEvidence[];
  /** Any of them has a sealed value's shape. */
  readonly shaped: boolean;
  /** Any of them opens to something else than ''. */
  readonly filled: boolean;
}

const NOTHING: Tally = { authenticates: 0, settings: 0, real: 0, text: 0 };

/**
 * Whether a value counts as evidence. One that opens under no key counts only in a column that this GLPI version seals,
 * and in a token column only if it has a sealed value's shape: older versions kept clear text there.
 */
export function counts(value: ValueEvidence): boolean {
  if (value.opens.length > 0) return true;
  return value.sealedColumn && (value.class === 'setting' || value.shaped);
}

const counting = new WeakMap<Sequence<ValueEvidence>, Sequence<ValueEvidence>>();
const weights = new WeakMap<Sequence<ValueEvidence>, Weight>();

/**
 * Those that count: all of them as they are, in the usual case.
 *
 * @param values must never change after this: what is said of them is remembered, for a rotation asks it at each of its looks
 */
export function countingAmong(values: Sequence<ValueEvidence>): Sequence<ValueEvidence> {
  return once(counting, values, () => (values.every(counts) ? values : values.filter(counts)));
}

/** @param values only those that count should be passed; they must never change after this */
export function weigh(values: Sequence<ValueEvidence>): Weight {
  return once(weights, values, () => weighNow(values));
}

function once<T>(known: WeakMap<Sequence<ValueEvidence>, T>, values: Sequence<ValueEvidence>, make: () => T): T {
  const before = known.get(values);
  if (before !== undefined) return before;
  const made = make();
  known.set(values, made);
  return made;
}

function weighNow(values: Sequence<ValueEvidence>): Weight {
  const tallies = new Map<Fingerprint, { -readonly [Member in keyof Tally]: number }>();
  const dead: ValueEvidence[] = [];
  const destroyed: ValueEvidence[] = [];
  let opened = 0;
  let text = 0;
  let shaped = false;
  let filled = false;
  for (const value of values) {
    const { opens, class: kind } = value;
    if (opens.length === 0) dead.push(value);
    else opened += 1;
    if (opens.some(({ as }) => as === 'real')) text += 1;
    if (value.better !== null) destroyed.push(value);
    shaped ||= value.shaped;
    for (const { fingerprint, as, ours } of opens) {
      filled ||= as !== 'empty';
      let found = tallies.get(fingerprint);
      if (found === undefined) {
        found = { ...NOTHING };
        tallies.set(fingerprint, found);
      }
      found.authenticates += 1;
      if (kind === 'setting') found.settings += 1;
      if (as !== 'real') continue;
      found.text += 1;
      if (!ours) found.real += 1;
    }
  }
  return { tallies, opened, text, dead, destroyed, shaped, filled };
}

/** The tally of `key` over `values`; only values that count should be passed. */
export function tally(values: Sequence<ValueEvidence>, key: Fingerprint): Tally {
  return weigh(values).tallies.get(key) ?? NOTHING;
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
