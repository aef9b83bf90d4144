import type { Plan } from '../core/plan.ts';
import type { Judgement } from '../core/verdict.ts';
import type { Pass } from './observe.ts';

/** One look, and what follows from it. */
export interface Judged {
  readonly pass: Pass;
  readonly judgement: Judgement;
  readonly plan: Plan;
}

/** Whether large tables were read in part. */
export function isSample({ pass }: Judged): boolean {
  const { database } = pass.observation;
  return database.kind === 'answers' && database.coverage === 'sample';
}

/** The same without what was read of a hundred thousand rows. The judgement stays. */
export function withoutValues(judged: Judged): Judged {
  const { pass } = judged;
  const { database } = pass.observation;
  if (database.kind !== 'answers') return judged;
  const state = { ...database, values: [] };
  const observation = { ...pass.observation, database: state };
  return { ...judged, pass: { ...pass, observation, database: { ...pass.database, state, escrow: null } } };
}
