import { defineConfig } from 'vitest/config';

const suite = (name: string, timeout: number, groupOrder = 0) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: timeout,
    hookTimeout: timeout,
    // What takes the engine away from everybody comes when everybody else is done.
    sequence: { groupOrder },
    // Containers, databases and volumes are shared by the tests of one file, never between files.
    fileParallelism: name === 'unit',
  },
});

export default defineConfig({
  test: {
    projects: [
      suite('unit', 20_000),
      suite('integration', 120_000),
      suite('simulation', 180_000),
      suite('faults', 300_000),
      suite('e2e', 300_000),
      suite('cluster', 300_000),
      suite('engine', 180_000, 1),
    ],
  },
});
