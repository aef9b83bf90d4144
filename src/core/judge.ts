import type { Fingerprint } from './brand.ts';
import { chooseKey } from './choose-key.ts';
import { findElsewhere, NOT_FOLLOWED } from './elsewhere.ts';
import { accidentsAmong, type Circumstances } from './emptied.ts';
import { newestFirst } from './history.ts';
import type { KeyState, Observation, VaultState } from './observation.ts';
import { isUnderWay, provenByRotation } from './rotation.ts';
import type { Sequence } from './sequence.ts';
import { countingAmong, strongest, type Tally, tally, type Weight, weigh } from './tally.ts';
import type { ValueEvidence } from './value.ts';
import type { Judgement, KeyChoice, Need, Verdict } from './verdict.ts';

/**
 * Says what the live key is and which key is to be there, from what was observed. The rows are tried in order; the
 * first that fits is the verdict. Pure: the same observation gives the same judgement.
 */
export function judge(observation: Observation): Judgement {
  const { database, key } = observation;
  const values = database.kind === 'answers' ? countingAmong(database.values) : [];
  const candidates = observation.candidates.map((each) => each.fingerprint);
  const live = key.kind === 'well-formed' ? key.fingerprint : null;
  const own = live === null ? null : tally(values, live);
  const weight = weigh(values);
  const emptied =
    database.kind === 'answers' ? accidentsAmong(database.emptied, circumstancesOf(observation), values) : [];
  const evidence: Evidence = { values, weight, candidates, live, own, emptied: emptied.length };
  const verdict = findVerdict(observation, evidence);
  const movable = live === null || own?.authenticates === weight.opened ? [] : openingElsewhere(values, live);
  const choice = verdict === 'lost' ? ({ kind: 'nothing' } as const) : chooseKey(observation, verdict, values);
  return {
    verdict,
    choice,
    need: findNeed(observation, verdict, movable.length > 0),
    firstInstall: isFirstInstall(observation, verdict, choice),
    elsewhere: findElsewhere(observation),
    live,
    tested: values.length,
    opened: own?.authenticates ?? 0,
    real: own?.real || provenByRotation(observation.records.rotation, live, own?.text ?? 0),
    dead: weight.dead,
    movable,
    destroyed: weight.destroyed.filter((each) => live === null || opensUnder(each, live)),
    emptied: verdict === 'lost' ? [] : emptied,
    databaseSilent: database.kind === 'unreachable' && database.reason !== NOT_FOLLOWED,
    breaksGlpi: key.kind === 'well-formed' && key.breaksGlpi11 && isGlpi11(observation),
  };
}

function circumstancesOf({ at, key, records }: Observation): Circumstances {
  const live = key.kind === 'well-formed' ? key.fingerprint : null;
  return { at, live, chronicle: records.chronicle, memory: records.rescue };
}

interface Evidence {
  readonly values: Sequence<ValueEvidence>;
  readonly candidates: readonly Fingerprint[];
  readonly weight: Weight;
  readonly live: Fingerprint | null;
  /** What the live key makes of them; null where there is none. */
  readonly own: Tally | null;
  /** Values that an accident emptied. */
  readonly emptied: number;
}

function findVerdict({ key, vault }: Observation, evidence: Evidence): Verdict {
  // A key that cannot be read is a candidate that was not tried, so nothing can be called lost yet.
  if (key.kind === 'unreadable') return 'unreadable';
  if (isLost(evidence)) return 'lost';
  if (key.kind !== 'well-formed') return verdictWithoutKey(key);
  const { values, weight, live } = evidence;
  const opened = evidence.own?.authenticates ?? 0;
  // Without a database, and without a sealed value in it, no candidate opens anything either.
  if (opened === 0) {
    if (strongest(values, evidence.candidates).length > 0) return 'wrong';
    return evidence.emptied > 0 && wasProven(vault, live) ? 'damaged' : 'unproven';
  }
  if (opened < values.length) return 'mixed';
  if (evidence.emptied > 0 || weight.destroyed.length > 0) return 'damaged';
  // Empty values alone say that GLPI sealed with this key, not that it is the key of anything.
  return weight.filled ? 'sound' : 'unproven';
}

/** Whether the vault saw this key open real values of this instance. */
function wasProven(vault: VaultState, live: Fingerprint | null): boolean {
  return newestFirst(vault).some((each) => each.fingerprint === live && each.proof !== null);
}

/** Values that were sealed are there, and no key that is known opens any of them. */
function isLost({ values, weight, candidates }: Evidence): boolean {
  return weight.shaped && strongest(values, candidates).length === 0;
}

function verdictWithoutKey(key: KeyState & { kind: 'absent' | 'malformed' }): Verdict {
  return key.kind === 'absent' ? 'missing' : 'malformed';
}

/**
 * A sample only ever confirms `sound`; what is said of rows that GLPI may be rewriting at this moment rests on two full
 * passes, and so does sealing values anew. A missing or malformed key does not wait for the second: GLPI without a key
 * wipes secrets at the next Save.
 */
function findNeed(observation: Observation, verdict: Verdict, movable: boolean): Need {
  const { database, stage, glpiRunning } = observation;
  if (database.kind !== 'answers' || verdict === 'sound' || verdict === 'unreadable') return 'nothing';
  if (database.coverage === 'sample') return 'full-pass';
  if (verdict === 'missing' || verdict === 'malformed' || verdict === 'unproven' || stage === 'ask') return 'nothing';
  const busy = (stage === 'guard' && glpiRunning !== false) || glpiRunning === true || database.otherSessions !== 0;
  const reseals = stage === 'gate' && verdict === 'mixed' && movable;
  return (busy || reseals || isUnderWay(observation)) && !database.settled ? 'second-pass' : 'nothing';
}

function isFirstInstall({ vault, database, key }: Observation, verdict: Verdict, choice: KeyChoice): boolean {
  if (verdict !== 'missing' || key.kind !== 'absent' || choice.kind !== 'nothing') return false;
  // Where the vault cannot be read nobody knows whether it holds a key, and a database that was not asked or does not
  // answer may hold sealed values.
  if (vault.kind === 'broken' || database.kind === 'unreachable' || database.kind === 'deferred') return false;
  // A generation that cannot be read, for the moment or for good, may hold one too.
  if (vault.kind === 'ready' && vault.damaged.length > 0) return false;
  return newestFirst(vault).every((generation) => !generation.sealed);
}

function openingElsewhere(values: Sequence<ValueEvidence>, live: Fingerprint): readonly ValueEvidence[] {
  return values.filter((each) => each.opens.length > 0 && !opensUnder(each, live));
}

function opensUnder(value: ValueEvidence, key: Fingerprint): boolean {
  return value.opens.some((each) => each.fingerprint === key);
}

function isGlpi11({ database }: Observation): boolean {
  if (database.kind !== 'answers' || database.version === null) return false;
  return Number.parseInt(database.version, 10) >= 11;
}
