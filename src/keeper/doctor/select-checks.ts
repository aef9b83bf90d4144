import { nearestName } from '../../config/nearest-name.ts';
import { Failure } from '../../core/failure.ts';
import type { Check } from './check.ts';
import { GROUP_NAMES } from './group.ts';

/**
 * The checks that a list of codes and groups names, in the order of `checks`.
 *
 * @param only separated by commas
 * @throws Failure `usage` for a name that is neither
 */
export function selectChecks(checks: readonly Check[], only: string): Check[] {
  const wanted = only.split(',').map((each) => each.trim());
  const names = [...GROUP_NAMES, ...checks.map((each) => each.code)];
  for (const name of wanted) {
    if (names.includes(name)) continue;
    const nearest = nearestName(name, names);
    throw new Failure('usage', `--only names ${JSON.stringify(name)}, which is neither a check nor a group of them`, {
      target: '--only',
      expected: `codes of checks, or of the groups ${GROUP_NAMES.join(', ')}, separated by commas`,
      try: `keykeeper doctor --only ${nearest ?? GROUP_NAMES[0]}`,
    });
  }
  return checks.filter((each) => wanted.includes(each.code) || wanted.includes(each.group));
}
