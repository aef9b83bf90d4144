import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';
import { collectLicenses } from './collect-licenses.ts';
import { dropUnusedClasses } from './drop-unused-classes.ts';
import { inlineVersion } from './inline-version.ts';
import { keepNamedExports } from './keep-named-exports.ts';
import { leaveOutModules } from './leave-out-modules.ts';
import { mergeScripts } from './merge-scripts.ts';
import { parseTables } from './parse-tables.ts';
import { readBuiltinsLazily } from './read-builtins-lazily.ts';

const PROJECT = resolve(import.meta.dirname, '..');
const HASHBANG = '#!/usr/bin/env node\n';
/**
 * CommonJS packages call `require` for Node's own modules, which an ES module has not. Prepended only to the file that
 * holds esbuild's `__require`, so that the start path stays free of it.
 */
const REQUIRE =
  "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);\n";

/**
 * What packages ask their surroundings for, answered once. winston's diagnostics print nothing then, and load no tables of
 * colours; undici comes as Node itself has it, without the second parser of HTTP that it tries out (lib/dispatcher/client-h1.js).
 */
const SWITCHES = { 'process.env.NODE_ENV': '"production"', esbuildDetection: '1' };

/** Names of outputs that are loaded by themselves, and their sources. The health check runs every few seconds. */
const APART = {
  main: 'src/main.ts',
  'quick-healthcheck': 'src/commands/quick-healthcheck.ts',
  'quick-probe': 'src/commands/quick-probe.ts',
};

/**
 * Bundles the command into `main.js`, the two of the health check, and the chunks of all else: what is imported lazily in
 * the source stays a file of its own, so that a run loads only what its configuration needs. Needs no node_modules
 * afterwards.
 *
 * @param directory absolute; emptied first
 */
export async function bundle(directory: string): Promise<Metafile[]> {
  rmSync(directory, { recursive: true, force: true });
  const shared: BuildOptions = {
    absWorkingDir: PROJECT,
    outdir: directory,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    // Node 24 has it (V8 13.6), which esbuild does not know; lowered it would bring helpers into every file.
    supported: { using: true },
    define: SWITCHES,
    chunkNames: '[name]-[hash]',
    // Names stay, for stack traces that can be read.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    logLevel: 'warning',
  };
  const plugins = [
    leaveOutModules(),
    dropUnusedClasses(),
    keepNamedExports(),
    readBuiltinsLazily(),
    parseTables(),
    inlineVersion(PROJECT),
  ];
  const entryPoints = { 'command-line': 'src/commands/start.ts' };
  const whole = await build({ ...shared, entryPoints, plugins, splitting: true, metafile: true });
  await mergeScripts(directory, whole.metafile);
  const apart = await build({ ...shared, entryPoints: APART, plugins: [importOutputs(), ...plugins], metafile: true });
  for (const name of readdirSync(directory)) finishOutput(join(directory, name));
  chmodSync(join(directory, 'main.js'), 0o755);
  const metafiles = [whole.metafile, apart.metafile];
  const inputs = metafiles.flatMap((each) => Object.keys(each.inputs));
  writeFileSync(join(directory, 'THIRD-PARTY-LICENSES.txt'), collectLicenses(PROJECT, inputs));
  // Without it Node reads the package.json of whatever directory lies above to learn that these are ES modules.
  writeFileSync(join(directory, 'package.json'), '{"type":"module"}\n');
  return metafiles;
}

/**
 * Where main.ts imports another output lazily, it is left to be loaded from its own file; but the script of a quiet start
 * is run without the module that stands for it, whose several hundred exports Node would link.
 */
function importOutputs(): Plugin {
  return {
    name: 'import-outputs',
    setup(setup) {
      setup.onResolve({ filter: /^\.\/commands\/(quick-healthcheck|quick-probe)\.ts$/ }, ({ path, kind }) =>
        kind === 'dynamic-import' ? { path: `./${basename(path, '.ts')}.js`, external: true } : null,
      );
      setup.onResolve({ filter: /^\.\/commands\/start\.ts$/ }, ({ path }) => ({ path, namespace: 'start-script' }));
      setup.onLoad({ filter: /.*/, namespace: 'start-script' }, () => ({
        contents: [
          `import { loadScript } from './load-script.ts';`,
          `export const { start } = loadScript(import.meta.dirname + '/start.cjs');`,
        ].join('\n'),
        resolveDir: import.meta.dirname,
      }));
    },
  };
}

function finishOutput(path: string): void {
  if (!path.endsWith('.js')) return;
  const text = readFileSync(path, 'utf8');
  const code = text.startsWith('#!') ? text.slice(text.indexOf('\n') + 1) : text;
  const hashbang = path.endsWith('/main.js') ? HASHBANG : '';
  const require = /\b__require\s*=\s*/.test(code) ? REQUIRE : '';
  writeFileSync(path, hashbang + require + code);
}

if (import.meta.main) {
  try {
    await bundle(join(PROJECT, 'dist'));
  } catch (error) {
    // esbuild has printed what is wrong with the source, and where.
    if (!(error instanceof Error && 'errors' in error)) throw error;
    process.exitCode = 1;
  }
}
