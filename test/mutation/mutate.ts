import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Stryker } from '@stryker-mutator/core';
import { MUTATION_AREAS } from './areas.ts';

/** Where reports and what is remembered of the last run go; git does not see it. */
const REPORTS = 'reports/mutation';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    mutate: { type: 'string', multiple: true },
    tests: { type: 'string' },
    concurrency: { type: 'string', default: '1' },
    again: { type: 'boolean', default: false },
    loaded: { type: 'boolean', default: false },
  },
});
const areas = MUTATION_AREAS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
if (areas.length < Math.max(1, positionals.length) || (values.mutate !== undefined && areas.length > 1)) {
  const names = MUTATION_AREAS.map(({ name }) => name).join(' | ');
  process.stderr.write(
    `usage: npm run mutate -- [${names}] [--mutate FILE …, with one area] [--tests GLOB] [--concurrency N] [--again] [--loaded]\n`,
  );
  process.exit(2);
}

mkdirSync(REPORTS, { recursive: true });
for (const { name, mutate, tests } of areas) {
  const stryker = new Stryker({
    mutate: [...(values.mutate ?? mutate)],
    testRunner: 'in-process',
    tests: values.tests ?? tests,
    plugins: [`${import.meta.dirname}/in-process-runner.ts`, `${import.meta.dirname}/ignore-prose.ts`],
    ignorers: ['prose'],
    coverageAnalysis: 'perTest',
    concurrency: Number(values.concurrency),
    timeoutMS: 5_000,
    // Mutants leave descriptors, timers and watchers behind.
    maxTestRunnerReuse: 250,
    // A mutant in what a module makes while it is loaded takes a process of its own, and all tests.
    ignoreStatic: !values.loaded,
    // Of a second run only what changed is tried again.
    incremental: true,
    incrementalFile: `${REPORTS}/${name}.incremental.json`,
    force: values.again,
    reporters: ['clear-text', 'progress-append-only', 'html', 'json'],
    clearTextReporter: { reportTests: false, logTests: false, allowEmojis: false },
    htmlReporter: { fileName: `${REPORTS}/${name}.html` },
    jsonReporter: { fileName: `${REPORTS}/${name}.json` },
    // Stryker would rewrite the paths in tsconfig.json for its copy, by an interface that TypeScript 7 does not have.
    tsconfigFile: 'not-rewritten.json',
    // One for each area: two of them can run at the same time.
    tempDirName: `.stryker-tmp/${name}`,
    cleanTempDir: 'always',
    ignorePatterns: [
      '.stryker-tmp',
      'biome.json',
      'dist',
      'docs',
      'charts',
      'deploy',
      'demo',
      'bench',
      'reports',
      'test/e2e',
      'test/integration',
    ],
  });
  await stryker.runMutationTest();
}
