import type { Fingerprint } from './brand.ts';
import { KEY_FILE } from './guarded-set.ts';
import type { Observation } from './observation.ts';
import type { PlanOptions } from './plan.ts';
import { mayRescue } from './plan-rescue.ts';
import type { RowPlan } from './plan-rows.ts';
import { lateValues } from './rotation.ts';
import type { Secret } from './secret.ts';
import type { Judgement } from './verdict.ts';

/** A new key that an operator wants in the place of the live one. */
export interface WantedRotation {
  /** The live key when it was asked for: where another is live by now, somebody else was quicker. */
  readonly from: Fingerprint;
  readonly to: Fingerprint;
  /** 32 bytes. */
  readonly key: Secret<Buffer>;
}

/**
 * What `keykeeper rotate` does next: the rotation itself; once the new key is live, values that came late under the old
 * one; and in the end nothing, after two full passes a settle time apart in which none did.
 */
export function planRotation(observation: Observation, judgement: Judgement, options: PlanOptions): RowPlan {
  const { rotation, preview } = options;
  if (rotation === undefined || !mayRescue(observation, judgement)) return { actions: [] };
  const settled = observation.database.kind === 'answers' && observation.database.settled;
  if (judgement.live === rotation.from) {
    if (!settled && preview !== true) return { actions: [], unsettled: true };
    return { actions: [{ action: 'rotate-key', target: KEY_FILE, rotation }] };
  }
  if (judgement.live !== rotation.to) return { actions: [] };
  if (!settled) return { actions: [], unsettled: true };
  return planLateValues(observation, judgement);
}

/** Values under the key that was rotated away, moved after the others once all has held still. */
export function planLateValues(observation: Observation, judgement: Judgement): RowPlan {
  const late = mayRescue(observation, judgement) ? lateValues(observation, judgement) : [];
  if (late.length === 0) return { actions: [] };
  if (observation.database.kind !== 'answers' || !observation.database.settled) return { actions: [], unsettled: true };
  return {
    actions: [{ action: 'reseal-values', target: 'database', values: late.map((each) => each.reference) }],
  };
}
