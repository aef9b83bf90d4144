import type { Finding } from '../../core/finding.ts';
import type { Group } from './group.ts';
import type { FactName, KnownFacts } from './known-facts.ts';

/**
 * `error`: keys, secrets or GLPI's start are at stake now. `warning`: they will be, once something common happens.
 * `advice`: it works, and could be safer.
 */
export type Level = 'error' | 'warning' | 'advice';

/** Most serious first. */
export const LEVELS: readonly Level[] = ['error', 'warning', 'advice'];

/** One thing that is not as it should be. */
export interface Trouble {
  readonly level: Level;
  /** Path, row, setting or container concerned. */
  readonly target: string;
  /** One sentence. */
  readonly message: string;
  /** What was seen, a line each. Never a secret. */
  readonly evidence: readonly string[];
  /** What to do: a command to paste where there is one. */
  readonly fix: string;
}

/** What a check says. */
export type Answer =
  /** Empty: all is well. */
  | { readonly kind: 'answered'; readonly troubles: readonly Trouble[] }
  /** It cannot be told here; `why` completes "skipped: ". */
  | { readonly kind: 'skipped'; readonly why: string };

/** One named question of `keykeeper doctor`. It looks at facts alone: gathering them is not its business. */
export interface Check {
  /** Stable: others filter by it. */
  readonly code: string;
  readonly group: Group;
  /** What is right, as a statement: shown where it holds, and in the list of checks. */
  readonly title: string;
  /** What it can say. */
  readonly levels: readonly Level[];
  /** Without one of these it is skipped. */
  readonly needs: readonly FactName[];
  readonly run: (facts: KnownFacts) => Answer;
}

/** Ties what a check may look at to what it says that it needs. */
export function check<Needed extends FactName>(
  definition: Omit<Check, 'needs' | 'run'> & {
    readonly needs: readonly Needed[];
    readonly run: (facts: Pick<KnownFacts, Needed>) => Answer;
  },
): Check {
  return definition;
}

export const FINE: Answer = { kind: 'answered', troubles: [] };

export function troubles(...found: readonly Trouble[]): Answer {
  return { kind: 'answered', troubles: found };
}

export function skipped(why: string): Answer {
  return { kind: 'skipped', why };
}

/** What the keeper itself says of some matters, in its own words; what is only information is no trouble. */
export function told(findings: readonly Finding[], matters: (code: string) => boolean, level?: Level): Answer {
  const found = findings.filter((each) => matters(each.code)).flatMap((each) => troubleOf(each, level) ?? []);
  return troubles(...found);
}

function troubleOf({ severity, target, message, code, try: hint }: Finding, level: Level | undefined): Trouble | null {
  if (severity === 'info') return null;
  return { level: level ?? severity, target, message, evidence: [`finding ${code}`], fix: hint };
}
