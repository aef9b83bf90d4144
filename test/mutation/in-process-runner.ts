import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { InstrumenterContext, StrykerOptions } from '@stryker-mutator/api/core';
import { commonTokens } from '@stryker-mutator/api/plugin';
import {
  type DryRunResult,
  DryRunStatus,
  determineHitLimitReached,
  type MutantRunOptions,
  type MutantRunResult,
  type TestResult,
  type TestRunner,
  type TestRunnerCapabilities,
  TestStatus,
  toMutantRunResult,
} from '@stryker-mutator/api/test-runner';
import { type CollectedTest, collectedTests, collectFile } from './collect-tests.ts';

/** How long each test took without a mutant, in ms; written in the copy of the project that Stryker makes. */
const DURATIONS = 'durations.json';
/** How long a test may take, in ms. */
const LONGEST = 10_000;
/** What files of tests find under the names of these modules. */
const STAND_INS: ReadonlyMap<string, string> = new Map([
  ['vitest', new URL('collect-tests.ts', import.meta.url).href],
  ['fast-check', new URL('few-samples.ts', import.meta.url).href],
]);

/**
 * Tries mutants in one process: the files of tests are loaded once, and for each mutant only the tests that reach it run,
 * the quick ones first, until one fails. Measured on `core`, a mutant costs a twentieth of what it costs to start vitest
 * for it. A mutant in what a module makes while it is loaded gets a process of its own (Stryker sees to it).
 */
class InProcessRunner implements TestRunner {
  static readonly inject = [commonTokens.options] as const;
  readonly #files: string;
  #tests: readonly CollectedTest[] = [];
  readonly #stray: unknown[] = [];

  constructor(options: StrykerOptions) {
    this.#files = String(options.tests);
  }

  capabilities(): TestRunnerCapabilities {
    return { reloadEnvironment: false };
  }

  async init(): Promise<void> {
    registerHooks({
      resolve: (specifier, context, next) => {
        const stand = STAND_INS.get(specifier);
        return stand === undefined || stand === context.parentURL
          ? next(specifier, context)
          : { url: stand, shortCircuit: true };
      },
    });
    process.on('unhandledRejection', (reason) => this.#stray.push(reason));
  }

  async dryRun(): Promise<DryRunResult> {
    await this.#load();
    const tests: TestResult[] = [];
    for (const test of this.#tests) tests.push(await this.#run(test));
    writeFileSync(DURATIONS, JSON.stringify(Object.fromEntries(tests.map((each) => [each.id, each.timeSpentMs]))));
    const { mutantCoverage } = instrumented();
    return { status: DryRunStatus.Complete, tests, ...(mutantCoverage ? { mutantCoverage } : {}) };
  }

  async mutantRun({
    activeMutant,
    testFilter,
    hitLimit,
    mutantActivation,
  }: MutantRunOptions): Promise<MutantRunResult> {
    const context = instrumented();
    context.hitCount = 0;
    if (mutantActivation === 'static') context.activeMutant = activeMutant.id;
    await this.#load();
    context.activeMutant = activeMutant.id;
    if (hitLimit !== undefined) context.hitLimit = hitLimit;
    const wanted = testFilter === undefined ? null : new Set(testFilter);
    const tests: TestResult[] = [];
    for (const test of this.#tests) {
      if (wanted?.has(test.id) === false) continue;
      tests.push(await this.#run(test));
      if (tests.at(-1)?.status === TestStatus.Failed) break;
    }
    // A process that a mutant has left without descriptors says nothing about the next one: Stryker takes a new one then.
    if (tests.length === 0) throw new Error('no test was found that reaches the mutant');
    const endless = determineHitLimitReached(context.hitCount, hitLimit);
    delete context.hitLimit;
    delete context.activeMutant;
    return toMutantRunResult(endless ?? { status: DryRunStatus.Complete, tests });
  }

  async #load(): Promise<void> {
    if (this.#tests.length > 0) return;
    for (const path of globSync(this.#files).toSorted()) {
      await collectFile(path, () => import(pathToFileURL(resolve(path)).href));
    }
    const durations = existsSync(DURATIONS) ? JSON.parse(readFileSync(DURATIONS, 'utf8')) : {};
    this.#tests = collectedTests().toSorted((one, other) => (durations[one.id] ?? 0) - (durations[other.id] ?? 0));
  }

  async #run(test: CollectedTest): Promise<TestResult> {
    const context = instrumented();
    context.currentTestId = test.id;
    this.#stray.length = 0;
    const start = performance.now();
    const about = () => ({
      id: test.id,
      name: test.name,
      fileName: resolve(test.file),
      timeSpentMs: performance.now() - start,
    });
    try {
      try {
        for (const hook of test.before) await hook();
        await inTime(test.run());
      } finally {
        for (const hook of test.after) await hook();
      }
      if (this.#stray.length > 0) throw this.#stray[0];
      return { ...about(), status: TestStatus.Success };
    } catch (error) {
      return { ...about(), status: TestStatus.Failed, failureMessage: String(error) };
    } finally {
      delete context.currentTestId;
    }
  }
}

/** A test that waits for what a mutant never does has failed; it is not worth a process. */
async function inTime(result: unknown): Promise<void> {
  if (!(result instanceof Promise)) return;
  const given = new AbortController();
  const late = setTimeout(LONGEST, undefined, { signal: given.signal }).then(() => {
    throw new Error(`takes longer than ${LONGEST} ms`);
  });
  await Promise.race([result, late]).finally(() => given.abort());
}

/** Where instrumented code looks for the mutant that is alive, and counts what it reaches. */
function instrumented(): InstrumenterContext {
  const world = globalThis as { __stryker__?: InstrumenterContext };
  world.__stryker__ ??= {};
  return world.__stryker__;
}

/** What Stryker looks for in a plug-in: the runner, and the option that it adds. */
export const strykerValidationSchema = { properties: { tests: { type: 'string' } } };
export const strykerPlugins = [{ kind: 'TestRunner', name: 'in-process', injectableClass: InProcessRunner }];
