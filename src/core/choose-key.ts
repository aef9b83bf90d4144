import type { Fingerprint } from './brand.ts';
import { lastProven, newestFirst, untestedKeys } from './history.ts';
import type { Observation } from './observation.ts';
import type { Sequence } from './sequence.ts';
import { strongest } from './tally.ts';
import type { ValueEvidence } from './value.ts';
import type { KeyChoice, Verdict } from './verdict.ts';

/**
 * Chooses the key that is to be live. Only `missing`, `malformed` and `wrong` ever bring one back; no choice rests on
 * age: a key wins by opening values, by being the only one, or by having been proven here.
 *
 * @param values the database values that count as evidence
 */
export function chooseKey(observation: Observation, verdict: Verdict, values: Sequence<ValueEvidence>): KeyChoice {
  if (verdict !== 'missing' && verdict !== 'malformed' && verdict !== 'wrong') return { kind: 'keep' };
  const { candidates, database, stage, memory } = observation;
  const ranked = strongest(
    values,
    candidates.map((each) => each.fingerprint),
  );
  if (ranked.length > 0) return one(ranked, 'database', true);
  const generations = newestFirst(observation.vault);
  if (database.kind === 'deferred') return fromMemory(memory.trusted);
  if (database.kind === 'unreachable') {
    if (stage === 'gate') return { kind: 'wait' };
    const proven = memory.trusted ?? lastProven(generations);
    return proven === null ? { kind: 'nothing' } : { kind: 'restore', fingerprint: proven, ground: 'last-proven' };
  }
  if (memory.trusted !== null) return fromMemory(memory.trusted);
  return one(untestedKeys(generations), 'only', false);
}

function one(keys: readonly Fingerprint[], ground: 'database' | 'only', tested: boolean): KeyChoice {
  const [first, ...others] = keys;
  if (first === undefined) return { kind: 'nothing' };
  if (others.length > 0) return { kind: 'tie', fingerprints: keys, tested };
  return { kind: 'restore', fingerprint: first, ground };
}

function fromMemory(trusted: Fingerprint | null): KeyChoice {
  return trusted === null ? { kind: 'nothing' } : { kind: 'restore', fingerprint: trusted, ground: 'memory' };
}
