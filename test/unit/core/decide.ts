import { findingsOf } from '../../../src/core/findings.ts';
import { judge } from '../../../src/core/judge.ts';
import type { Observation } from '../../../src/core/observation.ts';
import { type Action, type Obstacle, type PlanOptions, plan } from '../../../src/core/plan.ts';
import type { Need, Verdict } from '../../../src/core/verdict.ts';

export interface Decision {
  readonly verdict: Verdict;
  readonly need: Need;
  readonly obstacle: Obstacle | null;
  readonly actions: readonly Action[];
  /** Codes of the findings, most serious first. */
  readonly codes: readonly string[];
}

/** Judges and plans one observation, as a run does, with GLPI's directory at `/config`. */
export function decide(observation: Observation, options: Partial<PlanOptions> = {}): Decision {
  const judgement = judge(observation);
  const { actions, obstacle } = plan(observation, judgement, { rescue: 'auto', ...options });
  const codes = findingsOf(observation, judgement, obstacle, '/config').map((each) => each.code);
  return { verdict: judgement.verdict, need: judgement.need, obstacle, actions, codes };
}
