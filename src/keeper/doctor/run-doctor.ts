import { EXIT, type ExitCode } from '../../core/exit-code.ts';
import { type Check, LEVELS, type Level, type Trouble } from './check.ts';
import type { FactBook } from './fact-book.ts';
import { GROUPS } from './group.ts';
import type { FactName, KnownFacts } from './known-facts.ts';

/** How one check ended. */
export interface Checked {
  readonly check: Check;
  readonly outcome: 'ok' | 'skipped' | Level;
  /** Why it was skipped; '' where it was not. */
  readonly why: string;
  /** Most serious first. */
  readonly troubles: readonly Trouble[];
}

/**
 * Runs the checks side by side, each as soon as the facts are there that it looks at.
 *
 * @param onChecked called as each one ends
 * @throws the reason of the signal that the facts were opened with
 */
export async function runDoctor(
  checks: readonly Check[],
  facts: FactBook,
  onChecked: (done: number) => void,
): Promise<Checked[]> {
  let done = 0;
  return await Promise.all(
    checks.map(async (check) => {
      const checked = await runCheck(check, facts);
      done += 1;
      onChecked(done);
      return checked;
    }),
  );
}

async function runCheck(check: Check, book: FactBook): Promise<Checked> {
  const known: Partial<Record<FactName, KnownFacts[FactName]>> = {};
  const facts = await Promise.all(check.needs.map(async (name) => [name, await book.get(name)] as const));
  for (const [name, fact] of facts) {
    if (fact.kind === 'unknown') return { check, outcome: 'skipped', why: fact.why, troubles: [] };
    known[name] = fact.value;
  }
  // The check can see no more of it than what it needs, see `check` in check.ts.
  const answer = check.run(known as KnownFacts);
  if (answer.kind === 'skipped') return { check, outcome: 'skipped', why: answer.why, troubles: [] };
  const troubles = [...answer.troubles].sort((a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level));
  return { check, outcome: troubles[0]?.level ?? 'ok', why: '', troubles };
}

/**
 * 0 where nothing is as serious as `failOn`; else the code of the group in which the most serious trouble is, the first of
 * equally serious ones.
 */
export function exitCodeFor(checked: readonly Checked[], failOn: Level): ExitCode {
  for (const level of LEVELS.slice(0, LEVELS.indexOf(failOn) + 1)) {
    const first = checked.find((each) => each.outcome === level);
    if (first !== undefined) return GROUPS[first.check.group].exitCode;
  }
  return EXIT.done;
}
