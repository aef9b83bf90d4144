import type { Observation } from './observation.ts';
import type { Action, Plan, PlanOptions } from './plan.ts';
import { planRegistration } from './plan-registration.ts';
import { mayRescue, planRescue, withoutUndone } from './plan-rescue.ts';
import { planLateValues } from './plan-rotation.ts';
import type { Judgement } from './verdict.ts';

/** What a plan does with rows, or waits to do. */
export type RowPlan = Pick<Plan, 'actions' | 'unsettled'>;

export const NO_ROW: RowPlan = { actions: [] };

/**
 * At the gate nobody saves; while GLPI runs, a rotation of its own may be moving these very rows. What is under another
 * key is moved first, as it is; then what was destroyed is brought back, where that is certain. Beside a running GLPI
 * only what is left under the key that a rotation of Keykeeper's own replaced is moved after it.
 */
export function planGateRows(observation: Observation, judgement: Judgement, options: PlanOptions): RowPlan {
  if (observation.stage === 'guard') return planLateValues(observation, judgement);
  if (observation.stage !== 'gate' || options.rescue !== 'auto' || !mayRescue(observation, judgement)) return NO_ROW;
  if (judgement.movable.length > 0) {
    const values = judgement.movable.map((each) => each.reference);
    return { actions: [{ action: 'reseal-values', target: 'database', values }] };
  }
  return onceSettled(
    observation,
    options,
    rescueActions(observation, withoutUndone(observation, judgement), { rescue: options.rescue }),
  );
}

/** `keykeeper rescue` and its undoing. */
export function planRescueRows(observation: Observation, judgement: Judgement, options: PlanOptions): RowPlan {
  if (!mayRescue(observation, judgement)) return NO_ROW;
  return onceSettled(observation, options, rescueActions(observation, judgement, options));
}

/** The row of the registration key: only after every sealed value has held still, and never by a command that looks. */
export function planRegistrationRow(observation: Observation, judgement: Judgement, options: PlanOptions): RowPlan {
  const { preview, scope, rescue } = options;
  if (observation.stage === 'ask' && scope !== 'registration' && preview !== true) return NO_ROW;
  const registration = planRegistration(observation, judgement, rescue);
  if (registration.kind !== 'write') return NO_ROW;
  const { fingerprint, source, uid } = registration;
  const target = 'glpi_configs core glpinetwork_registration_key';
  return onceSettled(observation, options, [{ action: 'write-registration', target, fingerprint, source, uid }]);
}

function rescueActions(
  observation: Observation,
  judgement: Judgement,
  { scope, older = false, named = [] }: PlanOptions,
): Action[] {
  if (scope === 'undo-rescue') return [{ action: 'undo-rescue', target: 'database' }];
  const { steps } = planRescue(observation, judgement, { older, named });
  return steps.length === 0 ? [] : [{ action: 'rescue-values', target: 'database', steps }];
}

/** Bringing values back waits until every sealed value has held still for the settle time. */
function onceSettled(observation: Observation, { preview }: PlanOptions, actions: readonly Action[]): RowPlan {
  if (actions.length === 0) return NO_ROW;
  const settled = observation.database.kind === 'answers' && observation.database.settled;
  if (!settled && preview !== true) return { actions: [], unsettled: true };
  return { actions };
}
