import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Fingerprint } from '../core/brand.ts';
import type { StoredValue, ValueEvidence } from '../core/value.ts';
import { assess, type EvidenceContext } from '../glpi/evidence.ts';

/** Values that are tried at once: some tens of milliseconds of work. */
const TURN = 1_000;

/**
 * As {@link assess}, with everybody else's turn in between: a hundred thousand values take seconds, in which a lease of
 * the vault has to be renewed and a signal to be heard.
 */
export async function assessInTurns(
  values: readonly StoredValue[],
  keys: ReadonlyMap<Fingerprint, Buffer>,
  context: EvidenceContext,
): Promise<ValueEvidence[]> {
  const evidence: ValueEvidence[][] = [];
  for (let start = 0; start < values.length; start += TURN) {
    evidence.push(assess(values.slice(start, start + TURN), keys, context));
    if (start + TURN < values.length) await nextTurn();
  }
  return evidence.flat();
}
