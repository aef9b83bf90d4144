import { mayComeBack } from '../core/emptied.ts';
import { placesOf } from '../core/place-set.ts';
import type { Sequence } from '../core/sequence.ts';
import type { PastPlace, StoredValue, ValueEvidence, ValueReference } from '../core/value.ts';
import type { Database } from '../glpi/database/database.ts';
import { openReal, type RecoveryContext } from '../glpi/open-real.ts';
import type { PastValue, ValueHistory, WantedPlace } from '../vault/vault.ts';
import { referenceKey } from './merge-escrow.ts';

export interface PastLook {
  readonly database: Database;
  readonly stored: Sequence<StoredValue>;
  readonly values: Sequence<ValueEvidence>;
  /** Keys of the places that the newest escrow speaks for. */
  readonly covered: ReadonlySet<string>;
  readonly history: ValueHistory;
  readonly context: RecoveryContext;
}

/**
 * Looks through all that the vault ever kept for values of places that hold nothing good now and for which its newest
 * escrow has nothing either: emptied when nobody saw the accident, or long before it was missed.
 */
export async function findPast({
  database,
  stored,
  values,
  covered,
  history,
  context,
}: PastLook): Promise<PastPlace[]> {
  const read = placesOf(stored);
  const lost = new Map<string, PastPlace['holds']>();
  for (const value of values) {
    const holds = lossOf(value);
    if (holds !== null) lost.set(referenceKey(value.reference), holds);
  }
  const unread = [...history.places].map(([, reference]) => reference).filter((reference) => !read.has(reference));
  for (const { reference, state } of await database.readPlaces(unread)) {
    if (state === 'empty') lost.set(referenceKey(reference), 'nothing');
  }
  const past: PastPlace[] = [];
  for (const [key, holds] of lost) {
    const reference = history.places.get(key);
    if (reference === undefined || covered.has(key) || !mayComeBack(reference)) continue;
    const found = lastGood(history.values.get(key) ?? [], context);
    if (found !== null) past.push({ reference, holds, seenAt: found.createdAt });
  }
  return past;
}

/** What a place holds in the place of something good; null where it holds that. */
function lossOf({ opens, better }: ValueEvidence): 'dead' | 'sealed-nothing' | null {
  if (opens.length === 0) return 'dead';
  return better === null && opens.every(({ as }) => as === 'empty') ? 'sealed-nothing' : null;
}

/** The places of which {@link findPast} looks into the history: all but those that hold something good. */
export function wantedOfPast(values: Sequence<ValueEvidence>): WantedPlace {
  const good = placesOf(values.filter((each) => lossOf(each) === null));
  return (place) => !good.has(place);
}

/** The newest value of a place that a known key opens to something real. */
export function lastGood(values: readonly PastValue[], context: RecoveryContext): PastValue | null {
  return values.find(({ value }) => openReal(value, context) !== null) ?? null;
}

/** Of one place. */
export function pastOf({ values }: ValueHistory, reference: ValueReference): readonly PastValue[] {
  return values.get(referenceKey(reference)) ?? [];
}
