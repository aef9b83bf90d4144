import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

/** A defect that is planted in the product's code: in the file, this text becomes that. */
export interface SourceChange {
  /** From src; `../test/…` is a defect of the simulation itself. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** The simulation as one file, with the product in it. Removed when it is disposed of. */
export interface Bundle extends Disposable {
  readonly path: string;
}

const SIMULATION = fileURLToPath(new URL('..', import.meta.url));
const SOURCE = fileURLToPath(new URL('../../../src/', import.meta.url));

/** What the product's modules get where they ask for these. */
const REPLACED: Readonly<Record<string, string>> = {
  'node:fs': 'disk/node-fs.ts',
  'node:timers/promises': 'machine/node-timers.ts',
  'node:crypto': 'machine/node-crypto.ts',
  'node:os': 'machine/node-os.ts',
  'node:path': 'machine/node-path.ts',
  'node:zlib': 'machine/node-zlib.ts',
};
/** Modules of the product that stand before what is not there: a database server, inotify. Then those that are pure. */
const DOUBLES: Readonly<Record<string, string>> = Object.fromEntries(
  [
    ['glpi/database/open-database.ts', 'model/open-database.ts'],
    ['files/watch-directory.ts', 'model/watch-directory.ts'],
    ['glpi/config-db.ts', 'remembered/config-db.ts'],
    ['glpi/security-key.ts', 'remembered/security-key.ts'],
    ['glpi/sealed-value.ts', 'remembered/sealed-value.ts'],
    ['vault/chunk-file.ts', 'remembered/chunk-file.ts'],
    ['vault/escrow-chunk.ts', 'remembered/escrow-chunk.ts'],
    ['vault/generation-format.ts', 'remembered/generation-format.ts'],
    ['vault/marker.ts', 'remembered/marker.ts'],
    ['vault/record-format.ts', 'remembered/record-format.ts'],
  ].map(([module, double]) => [join(SOURCE, module as string), double as string]),
);

/** What the simulation never reaches: the real database, engines and servers. */
const NEVER_LOADED = [
  'mysql2',
  'mysql2/promise',
  'dockerode',
  '@kubernetes/client-node',
  'undici',
  'winston',
  'chokidar',
];

/**
 * Builds the worker, run-seeds.ts: the product's modules get the simulated machine where they ask for Node's file system,
 * timers and random numbers, and the simulated database; nothing in the product knows of it. One file starts in a tenth of
 * the time that two hundred modules take.
 *
 * @param changes defects to plant
 * @throws Error where a text to change is not there any more
 */
export async function bundleWorker(changes: readonly SourceChange[]): Promise<Bundle> {
  const directory = mkdtempSync(join(tmpdir(), 'keykeeper-simulation-'));
  const bundle = {
    path: join(directory, 'run-seeds.mjs'),
    [Symbol.dispose]: () => rmSync(directory, { recursive: true }),
  };
  try {
    await build({
      entryPoints: [join(SIMULATION, 'run-seeds.ts')],
      outfile: bundle.path,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node24',
      supported: { using: true },
      // Each keeper is the first process of its container; a number of the real one would differ in each run.
      define: { 'process.pid': '1' },
      sourcemap: 'inline',
      sourcesContent: false,
      external: NEVER_LOADED,
      plugins: [simulatedMachine(changes)],
      logLevel: 'silent',
    });
  } catch (error) {
    bundle[Symbol.dispose]();
    throw error;
  }
  return bundle;
}

function simulatedMachine(changes: readonly SourceChange[]): Plugin {
  return {
    name: 'simulated-machine',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^node:/ }, ({ path, importer }) => {
        const replacement = importer.startsWith(SOURCE) ? REPLACED[path] : undefined;
        return replacement === undefined ? null : { path: join(SIMULATION, replacement) };
      });
      onResolve({ filter: /^\..*\.ts$/ }, ({ path, importer, resolveDir }) => {
        const double = importer.startsWith(SOURCE) ? DOUBLES[join(resolveDir, path)] : undefined;
        return double === undefined ? null : { path: join(SIMULATION, double) };
      });
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const wanted = changes.filter(({ file }) => join(SOURCE, file) === path);
        return wanted.length === 0 ? null : { contents: changed(path, wanted), loader: 'ts' };
      });
    },
  };
}

function changed(path: string, changes: readonly SourceChange[]): string {
  let source = readFileSync(path, 'utf8');
  for (const { from, to } of changes) {
    if (!source.includes(from)) {
      throw new Error(`src/${relative(SOURCE, path)} no longer holds what a defect is planted in: ${from}`);
    }
    source = source.replace(from, () => to);
  }
  return source;
}
