import type { Observation } from './observation.ts';
import { referenceKey } from './reference-key.ts';
import type { PastPlace, ValueReference } from './value.ts';
import type { Judgement } from './verdict.ts';

/**
 * How a value is brought back. `reseal`: another known key opens it. `inverse`: computed back from what GLPI's legacy
 * routine made of it, and proven by authenticated decryption. `escrow`: from the vault, in the place of a destroyed or
 * emptied one. `older`: from the vault, in the place of one that no known key opens; it may be older than what stood there.
 */
export type RescueWay = 'reseal' | 'inverse' | 'escrow' | 'older';

/** One value that can be brought back. */
export interface RescueStep {
  readonly reference: ValueReference;
  readonly way: RescueWay;
  /** The row holds nothing now. */
  readonly emptied: boolean;
}

/** What can be brought back and what cannot. */
export interface RescuePlan {
  readonly steps: readonly RescueStep[];
  /** Nothing that is known brings these back: a person has to type them again. */
  readonly retype: readonly ValueReference[];
  /** No known key opens these, and the vault has an older value, which is taken only where a person asks for it. */
  readonly older: readonly ValueReference[];
  /** These hold nothing, as somebody meant or when nobody saw it, and the vault remembers what was there. */
  readonly past: readonly PastPlace[];
}

/** What a person asks for beside what is certain. */
export interface RescueWish {
  /** The vault's value also where the row holds something that no known key opens. */
  readonly older?: boolean;
  /** Places, as {@link referenceKey} names them, for which the vault's last value is taken whatever emptied them. */
  readonly named?: readonly string[];
}

/**
 * Decides value by value. Certain ways come first: what opens under another key is sealed anew as it is, unless it is
 * itself destroyed and something better is known.
 */
export function planRescue({ database }: Observation, judgement: Judgement, wish: RescueWish): RescuePlan {
  const answer = database.kind === 'answers' ? database : null;
  const past = answer?.past ?? [];
  const kept = new Set(answer?.keptForDead ?? []);
  const remembered = new Set(past.map((each) => referenceKey(each.reference)));
  const named = new Set(wish.named ?? []);
  const steps: RescueStep[] = [];
  for (const { reference, better } of [...judgement.movable, ...judgement.destroyed]) {
    steps.push({ reference, way: better ?? 'reseal', emptied: false });
  }
  for (const { reference } of judgement.emptied) steps.push({ reference, way: 'escrow', emptied: true });
  const older: ValueReference[] = [];
  const retype: ValueReference[] = [];
  for (const { reference, digest } of judgement.dead) {
    const key = referenceKey(reference);
    if (!kept.has(digest) && !remembered.has(key)) retype.push(reference);
    else if (wish.older === true || named.has(key)) steps.push({ reference, way: 'older', emptied: false });
    else older.push(reference);
  }
  const nothing = past.filter((each) => each.holds !== 'dead');
  for (const { reference, holds } of nothing.filter((each) => named.has(referenceKey(each.reference)))) {
    steps.push({ reference, way: 'older', emptied: holds === 'nothing' });
  }
  return { steps, older, retype, past: nothing.filter((each) => !named.has(referenceKey(each.reference))) };
}

/** The judgement without what an operator's undo put back: no gate does that once more by itself. */
export function withoutUndone({ records: { rescue } }: Observation, judgement: Judgement): Judgement {
  const values = new Set(rescue.left);
  const left = rescue.places.filter((each) => each.state === 'left');
  const places = new Set(left.map((each) => referenceKey(each.reference)));
  return {
    ...judgement,
    destroyed: judgement.destroyed.filter((each) => !values.has(each.digest)),
    emptied: judgement.emptied.filter((each) => !places.has(referenceKey(each.reference))),
  };
}

/** Rows are written only where the live key fits the database, and all in it held still. */
export function mayRescue({ vault, database }: Observation, { verdict, live, elsewhere }: Judgement): boolean {
  if (vault.kind !== 'ready' || live === null || elsewhere !== null || database.kind !== 'answers') return false;
  if (database.installing) return false;
  return verdict === 'sound' || verdict === 'damaged' || verdict === 'mixed';
}
