import type { Fingerprint } from '../core/brand.ts';
import type { RescueStep } from '../core/plan-rescue.ts';
import type { ValueReference } from '../core/value.ts';
import type { ValueChange } from '../glpi/database/database.ts';
import { isGarbledFrom, type RecoveryContext, recoverSealed } from '../glpi/garbled.ts';
import { openReal } from '../glpi/open-real.ts';
import type { ValueSealer } from '../glpi/value-sealer.ts';
import { referenceKey } from './merge-escrow.ts';

/** What is known at the moment of writing. */
export interface RescueSource {
  /** What the rows hold now, by place; '' or null where they hold nothing. */
  readonly standing: ReadonlyMap<string, string | null>;
  /** Values of the vault for a place, the newest first: its escrow, and older ones where a step asks for them. */
  readonly kept: (reference: ValueReference) => readonly string[];
  readonly recovery: RecoveryContext;
  readonly live: { readonly fingerprint: Fingerprint; readonly sealer: ValueSealer };
}

/**
 * Decides every step anew on what the rows hold at this moment. A row that is good by now, or whose content is another
 * than a step was planned for, is left: somebody wrote it since. What comes out opens under the live key.
 */
export function rescueChanges(steps: readonly RescueStep[], source: RescueSource): ValueChange[] {
  return steps.flatMap((step) => {
    const { reference } = step;
    const from = source.standing.get(referenceKey(reference));
    if (from === undefined) return [];
    const isEmpty = from === null || from === '' || from === '0';
    if (isEmpty !== step.emptied) return [];
    const plaintext = isEmpty ? lastKnown(reference, source) : plaintextOf(step, from, source);
    return plaintext === null ? [] : [{ reference, from, to: source.live.sealer.seal(plaintext) }];
  });
}

/** What the value of a row that holds something was meant to be; null where it is to be left. */
function plaintextOf({ reference, way }: RescueStep, value: string, source: RescueSource): Buffer | null {
  const { recovery, live } = source;
  const opened = recovery.ring.open(value);
  if (opened === null) return way === 'older' ? lastKnown(reference, source) : null;
  if (way === 'reseal') return opened.fingerprint === live.fingerprint ? null : opened.plaintext;
  const behind = recoverSealed(opened.plaintext, recovery);
  const innermost = behind?.plaintext ?? opened.plaintext;
  const rubbish = source.kept(reference).some((kept) => isGarbledFrom(innermost, kept, recovery.legacyKeys));
  if (innermost.length > 0 && !rubbish) {
    // Good as it stands: it is left, unless GLPI reads nothing there.
    return behind !== null || opened.fingerprint !== live.fingerprint ? innermost : null;
  }
  // A secret that was none before it was garbled is none again.
  const nothing = way === 'inverse' && behind !== null && !rubbish ? innermost : null;
  return lastKnown(reference, source) ?? nothing;
}

/** The newest value of the vault that a known key opens to something real. */
function lastKnown(reference: ValueReference, { kept, recovery }: RescueSource): Buffer | null {
  for (const value of kept(reference)) {
    const opened = openReal(value, recovery);
    if (opened !== null) return opened.plaintext;
  }
  return null;
}

/** The rows back as they were, where they still hold exactly what was written. */
export function undoChanges(
  changes: readonly ValueChange[],
  standing: ReadonlyMap<string, string | null>,
): ValueChange[] {
  return changes
    .filter(({ reference, to }) => standing.get(referenceKey(reference)) === to)
    .map(({ reference, from, to }) => ({ reference, from: to, to: from }));
}
