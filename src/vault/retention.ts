import type { Sha256 } from '../core/brand.ts';
import type { Generation } from '../core/generation.ts';

export interface RetentionLimits {
  /** How many of the newest stay whatever they hold; 50 by default. */
  readonly newest?: number;
  /** For this many days what stood at the end of each (UTC) stays; 30 by default. */
  readonly days?: number;
  /** For this many weeks what stood at the end of each stays; 53 by default. */
  readonly weeks?: number;
  /** For this many months what stood at the end of each stays; 120 by default. */
  readonly months?: number;
}

export interface RetentionOptions extends RetentionLimits {
  readonly now: Date;
  /** Id of the generation that holds the live key; null where that is not known. */
  readonly current?: Sha256 | null;
}

export interface Retention {
  readonly keep: readonly Generation[];
  readonly remove: readonly Generation[];
}

/** A kind of period: for how long, in ms, what stood at the end of each stays, and the number of the one a time is in. */
interface Period {
  readonly window: number;
  readonly of: (time: number) => number;
}

const DAY = 24 * 60 * 60 * 1000;

/**
 * Decides what a vault lets go. `generations` are oldest first, and so are both results.
 *
 * Always kept: the newest; the current; the newest that holds given contents (guarded files, whole or malformed, and
 * registration key), the newest proof of each key, the newest escrow and the newest record of a database. So what goes
 * is only ever repetition: earlier proofs and escrows beside contents that a later generation holds too.
 *
 * An escrow is no repetition of another: a value that vanished from the newest may be missed months later. Therefore
 * what stood at the end of each day, week and month stays for a while: whatever stood for a week is found for a year,
 * for a month for ten years. This is bounded (at most 50 + 30 + 53 + 120 generations, twice the last three where some
 * have an escrow and others none) and takes no look into the values, which may be encrypted to somebody else.
 *
 * In each of these the *newest* holder stays, so that two keepers that prune at the same time, the one with an older
 * view than the other, never remove each other's last holder.
 */
export function retain(generations: readonly Generation[], options: RetentionOptions): Retention {
  const { now, current = null, newest = 50 } = options;
  const keep = new Set<Generation>(newest > 0 ? generations.slice(-newest) : []);
  const claims = new Set<string>();
  for (const generation of [...generations].reverse()) {
    const irreplaceable = claimAll(claims, claimsOf(generation));
    if (irreplaceable || generation.id === current) keep.add(generation);
  }
  const holders = generations.filter((each) => each.escrowCount > 0);
  for (const period of periodsOf(options)) {
    for (const line of [generations, holders]) addLastOfEach(keep, line, period, now.getTime());
  }
  return {
    keep: generations.filter((generation) => keep.has(generation)),
    remove: generations.filter((generation) => !keep.has(generation)),
  };
}

/** What a generation is needed for unless a newer one serves as well. */
function claimsOf(generation: Generation): string[] {
  const claims = [`contents ${contentsName(generation)}`, `key ${generation.fingerprint ?? 'none'}`];
  if (generation.proof !== null) claims.push(`proof of ${generation.fingerprint ?? 'none'}`);
  if (generation.escrowCount > 0) claims.push('escrow');
  if (generation.database !== null) claims.push('database');
  return claims;
}

/**
 * The same for two generations only if they hold the same files and registration key. Where that cannot be told
 * (sealed, no identity, no digest), nothing is the same.
 */
function contentsName(generation: Generation): string {
  return generation.contentsDigest ?? `of ${generation.id}`;
}

/** Adds `wanted` to `claims`; true when one of them is new, hence nobody newer serves it. */
function claimAll(claims: Set<string>, wanted: readonly string[]): boolean {
  const before = claims.size;
  for (const claim of wanted) claims.add(claim);
  return claims.size > before;
}

function periodsOf({ days = 30, weeks = 53, months = 120 }: RetentionLimits): Period[] {
  return [
    { window: days * DAY, of: (time) => Math.floor(time / DAY) },
    { window: weeks * 7 * DAY, of: (time) => Math.floor(time / (7 * DAY)) },
    { window: months * 30.44 * DAY, of: (time) => monthOf(new Date(time)) },
  ];
}

function monthOf(time: Date): number {
  return time.getUTCFullYear() * 12 + time.getUTCMonth();
}

/** Adds each of `line` that was still the newest when a period ended, if it was so within the window. */
function addLastOfEach(keep: Set<Generation>, line: readonly Generation[], { window, of }: Period, now: number): void {
  for (const [index, generation] of line.entries()) {
    const next = line[index + 1];
    if (next === undefined) continue;
    const replaced = Date.parse(next.createdAt);
    if (of(Date.parse(generation.createdAt)) !== of(replaced) && replaced > now - window) keep.add(generation);
  }
}
