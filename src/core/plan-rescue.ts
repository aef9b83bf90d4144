import type { Observation } from './observation.ts';
import type { ValueReference } from './value.ts';
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
  /** Of these the vault has an older value, which is taken only where a person asks for it. */
  readonly older: readonly ValueReference[];
}

/**
 * Decides value by value. Certain ways come first: what opens under another key is sealed anew as it is, unless it is
 * itself destroyed and something better is known.
 *
 * @param takeOlder a person wants the vault's value also where the row holds something that no known key opens
 */
export function planRescue(observation: Observation, judgement: Judgement, takeOlder: boolean): RescuePlan {
  const { database } = observation;
  const kept = new Set(database.kind === 'answers' ? database.keptForDead : []);
  const steps: RescueStep[] = [];
  for (const { reference, better } of [...judgement.movable, ...judgement.destroyed]) {
    steps.push({ reference, way: better ?? 'reseal', emptied: false });
  }
  for (const { reference } of judgement.emptied) steps.push({ reference, way: 'escrow', emptied: true });
  const dead = judgement.dead.map(({ reference, digest }) => ({ reference, kept: kept.has(digest) }));
  const older = dead.filter((each) => each.kept).map((each) => each.reference);
  if (takeOlder) for (const reference of older) steps.push({ reference, way: 'older', emptied: false });
  return { steps, older, retype: dead.filter((each) => !each.kept).map((each) => each.reference) };
}

/** Rows are written only where the live key fits the database, and all in it held still. */
export function mayRescue({ vault, database }: Observation, { verdict, live, elsewhere }: Judgement): boolean {
  if (vault.kind !== 'ready' || live === null || elsewhere !== null || database.kind !== 'answers') return false;
  if (database.installing) return false;
  return verdict === 'sound' || verdict === 'damaged' || verdict === 'mixed';
}
