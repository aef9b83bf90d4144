import type { Fingerprint } from './brand.ts';
import { type Chronicle, extendChronicle, type VerdictEntry } from './chronicle.ts';
import type { Circumstances } from './receipt.ts';
import { usableSince } from './security-key-age.ts';

/** What was found around a registration key. */
export interface Surroundings {
  /** Of the row that holds it. */
  readonly row: string | null;
  /** Of the security key. */
  readonly live: Fingerprint;
  /** As the vault holds it. */
  readonly chronicle: Chronicle;
  readonly verdict: VerdictEntry;
  /** GLPI's container; `startedAt` is RFC 3339, UTC. */
  readonly container: { readonly id: string; readonly startedAt: string | null } | null;
  readonly version: string | null;
  /** Several GLPIs may stand on one database and one vault, each with a container and a directory of its own. */
  readonly replicated: boolean;
}

/**
 * How things stand around a key. Receipts are shared by all keepers of a vault. So where GLPI is replicated, what belongs to
 * one replica is left out: its container, and that its directory was still empty before it ran. Else each replica that starts
 * would be a change that all of them ask about.
 */
export function circumstancesAround(found: Surroundings): Circumstances {
  const { container, live, replicated } = found;
  const chronicle = replicated ? found.chronicle.filter((each) => each.gate !== true) : found.chronicle;
  const since = usableSince(extendChronicle(chronicle, found.verdict));
  const started = !replicated && container?.startedAt ? `${container.id.slice(0, 16)} ${container.startedAt}` : null;
  return {
    'registration-key': found.row,
    'security-key': `${live} ${since ?? ''}`,
    container: started,
    'glpi-version': found.version,
  };
}
