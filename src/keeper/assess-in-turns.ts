import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Fingerprint } from '../core/brand.ts';
import type { Sequence } from '../core/sequence.ts';
import type { StoredValue, ValueEvidence } from '../core/value.ts';
import { Assessment, type EvidenceContext } from '../glpi/evidence.ts';
import { wakeOptimizer } from './optimizer.ts';

/** Values that are tried at once: some tens of milliseconds of work. */
const TURN = 1_000;

/**
 * As `assess` (glpi/evidence.ts), with everybody else's turn in between: a hundred thousand values take seconds, in which
 * a lease of the vault has to be renewed and a signal to be heard.
 */
export async function assessInTurns(
  values: Sequence<StoredValue>,
  keys: ReadonlyMap<Fingerprint, Buffer>,
  context: EvidenceContext,
): Promise<Sequence<ValueEvidence>> {
  if (values.length > TURN) wakeOptimizer();
  const assessment = new Assessment(values, keys, context);
  while (assessment.go(TURN)) await nextTurn();
  return assessment.evidence;
}
