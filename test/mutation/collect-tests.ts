import { setTimeout } from 'node:timers/promises';
import { format } from 'node:util';

export { expect } from 'vitest';

/**
 * What test files find in the place of `vitest` while mutants are tried: the same words, but a test is only collected,
 * with everything that has to run before and after it, so that it can run again for the next mutant without anything
 * being loaded anew. `expect` is vitest's own.
 */

type Body = (...row: readonly never[]) => unknown;
type Hook = () => unknown;

export interface CollectedTest {
  /** File, suites and sentence; the same in every process. */
  readonly id: string;
  readonly name: string;
  readonly file: string;
  readonly before: readonly Hook[];
  readonly run: () => unknown;
  readonly after: readonly Hook[];
}

interface Suite {
  readonly names: readonly string[];
  readonly before: readonly Hook[][];
  readonly after: readonly Hook[][];
}

const collected = new Map<string, CollectedTest>();
let file = '';
let suite: Suite = { names: [], before: [[]], after: [[]] };

/** Loads a file of tests. */
export async function collectFile(path: string, load: () => Promise<unknown>): Promise<void> {
  file = path;
  suite = { names: [], before: [[]], after: [[]] };
  await load();
}

/** Everything that was collected so far. */
export function collectedTests(): readonly CollectedTest[] {
  return [...collected.values()];
}

function addSuite(name: string, body: Body, row: readonly unknown[] = []): void {
  const outer = suite;
  suite = { names: [...outer.names, name], before: [...outer.before, []], after: [...outer.after, []] };
  body(...(row as never[]));
  suite = outer;
}

function addTest(sentence: string, body: Body, row: readonly unknown[] = []): void {
  const { names, before, after } = suite;
  const name = [...names, sentence].join(' ');
  let id = `${file}#${name}`;
  while (collected.has(id)) id += ' (again)';
  const run = () => body(...(row as never[]));
  // Hooks of this suite may come after its tests in the file, so the lists are read when the test runs.
  collected.set(id, {
    id,
    name,
    file,
    get before() {
      return before.flat();
    },
    run,
    get after() {
      return after.toReversed().flat();
    },
  });
}

type Add = (name: string, body: Body, row?: readonly unknown[]) => void;

function withRows(add: Add) {
  return (rows: readonly unknown[]) => (name: string, body: Body) => {
    // A row is spread over the parameters where each of them is a list, as vitest does.
    const lists = rows.every((row) => Array.isArray(row));
    for (const row of rows) {
      const values = lists ? (row as readonly unknown[]) : [row];
      const shown = values.slice(0, name.match(/%[sdifjoO]/g)?.length ?? 0);
      add(format(name, ...shown), body, values);
    }
  };
}

export const describe = Object.assign((name: string, body: Body) => addSuite(name, body), {
  each: withRows(addSuite),
  skipIf: (skipped: boolean) => (skipped ? () => {} : addSuite),
});

export const it = Object.assign((sentence: string, body: Body) => addTest(sentence, body), {
  each: withRows(addTest),
  skipIf: (skipped: boolean) => (skipped ? () => {} : addTest),
});

export function beforeEach(hook: Hook): void {
  suite.before.at(-1)?.push(hook);
}

export function afterEach(hook: Hook): void {
  suite.after.at(-1)?.push(hook);
}

/** Before each test too: what one mutant left behind is not there for the next. */
export const beforeAll = beforeEach;

/** The one thing of `vi` that tests use here; vitest's own asks for a run of vitest around it. */
export const vi = { waitFor };

async function waitFor<Result>(
  look: () => Result | Promise<Result>,
  { timeout = 1000, interval = 50 }: { timeout?: number; interval?: number } = {},
): Promise<Result> {
  for (const until = performance.now() + timeout; ; await setTimeout(interval)) {
    try {
      return await look();
    } catch (error) {
      if (performance.now() > until) throw error;
    }
  }
}
