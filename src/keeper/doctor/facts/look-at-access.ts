import { join } from 'node:path';
import type { Settings } from '../../../config/settings.ts';
import { absolutePath } from '../../../core/brand.ts';
import { type AccessChange, planAccess } from '../../../core/plan-access.ts';
import { type AccessDiagnosis, diagnoseAccess } from '../../../files/access-diagnosis.ts';
import { accessFacts } from '../../../files/access-facts.ts';
import type { InstanceFact } from './look-at-instance.ts';

/** Owner or mode that is not as GLPI needs it, and whether Keykeeper could set it right. */
export interface WrongAccess {
  /** Name of the guarded file; `config`: the directory. */
  readonly target: string;
  readonly path: string;
  readonly wanted: AccessChange;
  /** What would keep it from being repaired, as far as it can be seen without trying; null: nothing. */
  readonly obstacle: AccessDiagnosis | null;
}

/** Everything that `init` would repair, with a forecast. Reads only. */
export function lookAtAccess({ configDir }: Settings, { result }: InstanceFact): WrongAccess[] {
  const { pass, judgement } = result.after;
  return planAccess(pass.observation, judgement).flatMap((action): WrongAccess[] => {
    if (!('wanted' in action)) return [];
    const path = absolutePath(action.target === 'config' ? configDir : join(configDir, action.target));
    const obstacle = diagnoseAccess(accessFacts(path, action.wanted, null));
    return [{ target: action.target, path, wanted: action.wanted, obstacle }];
  });
}
