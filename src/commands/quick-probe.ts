import type { ProbeName } from '../report/probe/probe-view.ts';
import { askProbe } from './ask-probe.ts';
import type { QuickAnswer } from './quick-answer.ts';

export const PASSED = 0;
export const FAILED = 1;

/** `keykeeper healthcheck --startup` and `--live`, for the probes of a container: they read no setting at all. */
export async function quickProbe(probe: ProbeName): Promise<QuickAnswer> {
  const { passed, reason } = await askProbe(probe);
  return { exitCode: passed ? PASSED : FAILED, text: `${passed ? 'passed' : 'failed'}: ${reason}\n` };
}
