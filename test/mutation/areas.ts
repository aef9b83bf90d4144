/** A folder of the product that is mutated, and the tests that are asked to notice: the folder that mirrors it. */
export interface MutationArea {
  readonly name: string;
  /** Globs of the files that are mutated; one that begins with `!` takes out. */
  readonly mutate: readonly string[];
  /** A glob of the tests that run. None of them starts a container or a database. */
  readonly tests: string;
}

/** The areas in which a mistake costs a secret. */
export const MUTATION_AREAS: readonly MutationArea[] = [
  { name: 'core', mutate: ['src/core/**/*.ts'], tests: 'test/unit/core/**/*.test.ts' },
  // Its folder `database` speaks to a MariaDB and is proven there, in test/integration.
  { name: 'glpi', mutate: ['src/glpi/**/*.ts', '!src/glpi/database/**'], tests: 'test/unit/glpi/**/*.test.ts' },
  { name: 'files', mutate: ['src/files/**/*.ts'], tests: 'test/unit/files/**/*.test.ts' },
  { name: 'vault', mutate: ['src/vault/**/*.ts'], tests: 'test/unit/vault/**/*.test.ts' },
];
