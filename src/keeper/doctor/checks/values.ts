import { describeReference } from '../../../core/findings-values.ts';
import type { ValueReference } from '../../../core/value.ts';
import type { Judgement } from '../../../core/verdict.ts';
import { type Answer, check, FINE, type Level, skipped, troubles } from '../check.ts';
import type { InstanceFact } from '../facts/look-at-instance.ts';
import { withDatabase } from '../seen.ts';

/** How many rows are named before the others are only counted. */
const NAMED = 50;

/** The secrets in the database, by table, column and id. */
export const VALUE_CHECKS = [
  check({
    code: 'secrets-open',
    group: 'database',
    title: 'Every secret in the database opens under a known key',
    levels: ['warning'],
    needs: ['instance'],
    run: ({ instance }) =>
      judged(instance, {
        rows: ({ dead }) => dead.filter((each) => each.shaped),
        level: 'warning',
        message: 'open under no known key: GLPI reads nothing there',
        fix: 'type them in again in GLPI, or keykeeper accept; an old key brings them back: keykeeper capture --from PATH',
      }),
  }),
  check({
    code: 'secrets-sealed',
    group: 'database',
    title: 'No secret stands in clear where GLPI expects a sealed one',
    levels: ['warning'],
    needs: ['instance'],
    run: ({ instance }) =>
      judged(instance, {
        rows: ({ dead }) => dead.filter((each) => !each.shaped),
        level: 'warning',
        message: 'stand in clear where GLPI expects sealed values: GLPI reads nothing there, and everybody else does',
        fix: 'type them in again in GLPI, which seals them',
      }),
  }),
  check({
    code: 'secrets-one-key',
    group: 'database',
    title: 'All secrets are sealed under the live key',
    levels: ['error'],
    needs: ['instance'],
    run: ({ instance }) =>
      judged(instance, {
        rows: ({ movable, verdict }) => (verdict === 'mixed' ? movable : []),
        level: 'error',
        message: 'open under another known key than the live one: GLPI 11 lets users in without their second factor',
        fix: 'keykeeper rescue --dry-run, then keykeeper rescue',
      }),
  }),
  check({
    code: 'secrets-ungarbled',
    group: 'database',
    title: 'No secret was garbled or emptied by GLPI that the vault, or arithmetic, has better',
    levels: ['warning'],
    needs: ['instance'],
    run: ({ instance }) =>
      judged(instance, {
        rows: ({ destroyed }) => destroyed,
        level: 'warning',
        message: 'were garbled or emptied by GLPI while its key was missing or wrong',
        fix: 'keykeeper rescue --dry-run, then keykeeper rescue; do not save over them before',
      }),
  }),
  check({
    code: 'secrets-there',
    group: 'database',
    title: 'No secret vanished in a bad time that the vault still has',
    levels: ['warning'],
    needs: ['instance'],
    run: ({ instance }) =>
      judged(instance, {
        rows: ({ emptied }) => emptied,
        level: 'warning',
        message: 'were emptied in a bad time, and the vault has what was there',
        fix: 'keykeeper rescue --dry-run, then keykeeper rescue; keykeeper accept if they were emptied on purpose',
      }),
  }),
];

interface Question {
  readonly rows: (judgement: Judgement) => readonly { readonly reference: ValueReference }[];
  readonly level: Level;
  /** Completes "3 secrets …". */
  readonly message: string;
  readonly fix: string;
}

function judged(instance: InstanceFact, { rows, level, message, fix }: Question): Answer {
  return withDatabase(instance, () => {
    const { judgement } = instance.result.after;
    if (judgement.verdict === 'lost') return skipped('no known key opens anything (key-fits says so)');
    const found = rows(judgement);
    if (found.length === 0) return FINE;
    const named = found.slice(0, NAMED).map(({ reference }) => describeReference(reference));
    const evidence = found.length > NAMED ? [...named, `and ${found.length - NAMED} more`] : named;
    const target = found.length === 1 ? (named[0] ?? '') : `${found.length} rows`;
    return troubles({ level, target, message: `${count(found.length)} ${message}`, evidence, fix });
  });
}

function count(rows: number): string {
  return `${rows} of the secrets`;
}
