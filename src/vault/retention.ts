import type { Sha256 } from '../core/brand.ts';
import type { Generation } from '../core/generation.ts';

export interface RetentionLimits {
  /** How many of the newest stay whatever they hold; 50 by default. */
  readonly newest?: number;
  /** Of older ones, one a UTC day stays for this many days; 30 by default. */
  readonly days?: number;
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

const DAY = 24 * 60 * 60 * 1000;

/**
 * Decides what a vault lets go. `generations` are oldest first, and so are both results.
 *
 * Always kept: the newest; the current; the newest that holds given contents (guarded files, whole or malformed, and
 * registration key), the newest proof of each key, the newest escrow and the newest record of a database. So what goes
 * is only ever repetition: earlier proofs and escrows beside contents that a later generation holds too.
 *
 * In each of these the *newest* holder stays, so that two keepers that prune at the same time, the one with an older
 * view than the other, never remove each other's last holder.
 */
export function retain(generations: readonly Generation[], options: RetentionOptions): Retention {
  const { now, current = null, newest = 50, days = 30 } = options;
  const keep = new Set<Generation>(newest > 0 ? generations.slice(-newest) : []);
  const claims = new Set<string>();
  for (const generation of [...generations].reverse()) {
    const irreplaceable = claimAll(claims, claimsOf(generation, now, days));
    if (irreplaceable || generation.id === current) keep.add(generation);
  }
  return {
    keep: generations.filter((generation) => keep.has(generation)),
    remove: generations.filter((generation) => !keep.has(generation)),
  };
}

/** What a generation is needed for unless a newer one serves as well. */
function claimsOf(generation: Generation, now: Date, days: number): string[] {
  const claims = [`contents ${contentsName(generation)}`, `key ${generation.fingerprint ?? 'none'}`];
  if (generation.proof !== null) claims.push(`proof of ${generation.fingerprint ?? 'none'}`);
  if (generation.escrowCount > 0) claims.push('escrow');
  if (generation.database !== null) claims.push('database');
  const created = Date.parse(generation.createdAt);
  if (created > now.getTime() - days * DAY) claims.push(`day ${Math.floor(created / DAY)}`);
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
