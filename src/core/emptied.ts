import type { Fingerprint } from './brand.ts';
import { type Chronicle, troubled, troubleSince } from './chronicle.ts';
import { referenceKey } from './reference-key.ts';
import type { RescueMemory } from './rescue-memory.ts';
import type { Sequence } from './sequence.ts';
import { tally, weigh } from './tally.ts';
import type { EmptiedValue, ValueEvidence, ValueReference } from './value.ts';

/** The registration key has rules of its own (plan-registration.ts). */
const REGISTRATION_SETTING = 'glpinetwork_registration_key';

/** GLPI itself empties these in good times, and makes new ones: an old one must not come back to life. */
const TRANSIENT: ReadonlySet<string> = new Set(['glpi_users.cookie_token', 'glpi_users.password_forget_token']);

/** For this long, in ms, a form that was rendered under another key may still be saved. */
const AFTERMATH = 24 * 3_600_000;

/** What has to be known to tell an accident from a purpose. */
export interface Circumstances {
  /** RFC 3339, UTC. */
  readonly at: string;
  /** The live key, if it is well-formed. */
  readonly live: Fingerprint | null;
  readonly chronicle: Chronicle;
  readonly memory: RescueMemory;
}

/** Whether an empty place can be one that is to be brought back at all. */
export function mayComeBack({ table, column, name }: ValueReference): boolean {
  return name !== REGISTRATION_SETTING && !TRANSIENT.has(`${table}.${column}`);
}

/**
 * The emptied places that an accident stands behind: known from before, or emptied in a bad time. What was emptied in a
 * good time was emptied on purpose; so was what a rescue brought back in this bad time and is empty again, and what the
 * live key had opened for a day, whatever else is bad beside it.
 *
 * @param values those that count
 */
export function accidentsAmong(
  emptied: readonly EmptiedValue[],
  circumstances: Circumstances,
  values: Sequence<ValueEvidence>,
): readonly EmptiedValue[] {
  if (emptied.length === 0) return [];
  const { memory, chronicle, live } = circumstances;
  const known = new Map(memory.places.map((each) => [referenceKey(each.reference), each]));
  const bad = isBadTime(circumstances, values);
  const since = troubleSince(chronicle);
  const steady = isSteady(circumstances);
  return emptied.filter(({ reference, under }) => {
    const before = known.get(referenceKey(reference));
    if (before?.state === 'brought-back' && (since === null || before.at >= since)) return false;
    if (before !== undefined && before.state !== 'brought-back') return true;
    return bad && !(steady && under === live);
  });
}

/** A bad time is on record, or something of one is to be seen in the values. */
export function isBadTime({ chronicle, at, live }: Circumstances, values: Sequence<ValueEvidence>): boolean {
  if (troubled(chronicle, at) || live === null) return true;
  // The live key does not open it, or it was destroyed where something better is known.
  return weigh(values).destroyed.length > 0 || tally(values, live).authenticates < values.length;
}

/** Whether GLPI had this very key for a day: what that key opens is shown in its forms, and is not emptied by them. */
function isSteady({ chronicle, at, live }: Circumstances): boolean {
  let since: string | null = null;
  for (const { verdict, fingerprint, at: told } of [...chronicle].reverse()) {
    const inPlace = verdict === 'sound' || verdict === 'damaged' || verdict === 'mixed' || verdict === 'unproven';
    if (!inPlace || fingerprint !== live) break;
    since = told;
  }
  return since !== null && Date.parse(at) - Date.parse(since) >= AFTERMATH;
}
