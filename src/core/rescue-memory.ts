import type { Sha256 } from './brand.ts';
import { troubled } from './chronicle.ts';
import type { Observation } from './observation.ts';
import { referenceKey } from './reference-key.ts';
import type { ValueReference } from './value.ts';
import type { Judgement } from './verdict.ts';

/**
 * A place that an accident emptied. `left`: an operator's undo left it so, and no gate fills it. `brought-back`: a rescue
 * filled it; who empties it again in the same bad time means it.
 */
export interface KnownPlace {
  readonly reference: ValueReference;
  readonly digest: Sha256;
  readonly state: 'emptied' | 'left' | 'brought-back';
  /** Since when: RFC 3339, UTC. */
  readonly at: string;
}

/** What the vault remembers of accidents and rescues, so that what was judged once is not judged otherwise later. */
export interface RescueMemory {
  readonly places: readonly KnownPlace[];
  /** Digests of the values that the last undo put back: no gate changes them by itself. */
  readonly left: readonly Sha256[];
}

export const NO_RESCUE_MEMORY: RescueMemory = { places: [], left: [] };

/** For this long, in ms, it is remembered that a place was brought back, also where the bad time is over. */
const AFTERMATH = 24 * 3_600_000;

/**
 * The memory after an observation: what an accident emptied is remembered until the place is filled again, gone, or given
 * up. A bad time passes, and large tables are not read whole each time; the judgement of the moment must not.
 */
export function rememberEmptied(observation: Observation, judgement: Judgement): RescueMemory {
  const { database, vault, records, at } = observation;
  const { rescue: memory } = records;
  const blind = judgement.verdict === 'lost' || judgement.verdict === 'unreadable' || judgement.elsewhere !== null;
  if (blind || vault.kind !== 'ready' || database.kind !== 'answers' || database.installing) return memory;
  const known = new Map(memory.places.map((each) => [referenceKey(each.reference), each]));
  const empty = judgement.emptied.map(({ reference, digest }): KnownPlace => {
    const before = known.get(referenceKey(reference));
    const told = before !== undefined && before.state !== 'brought-back';
    return told ? { ...before, digest } : { reference, digest, state: 'emptied', at };
  });
  const filled = new Set(empty.map((each) => referenceKey(each.reference)));
  const matters = ({ at: since }: KnownPlace) =>
    troubled(records.chronicle, at) || Date.parse(at) - Date.parse(since) < AFTERMATH;
  const backs = memory.places.filter(
    (each) => each.state === 'brought-back' && !filled.has(referenceKey(each.reference)) && matters(each),
  );
  return { ...memory, places: [...empty, ...backs] };
}

/** The memory with places in another state than before. */
export function withPlaces(memory: RescueMemory, changed: readonly KnownPlace[]): RescueMemory {
  const keys = new Set(changed.map((each) => referenceKey(each.reference)));
  return {
    ...memory,
    places: [...memory.places.filter((each) => !keys.has(referenceKey(each.reference))), ...changed],
  };
}
