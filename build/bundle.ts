import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { collectLicenses } from './collect-licenses.ts';
import { inlineVersion } from './inline-version.ts';
import { keepNamedExports } from './keep-named-exports.ts';
import { leaveOutModules } from './leave-out-modules.ts';
import { mergeStartPath } from './merge-start-path.ts';
import { parseTables } from './parse-tables.ts';
import { readBuiltinsDirectly } from './read-builtins-directly.ts';

const PROJECT = resolve(import.meta.dirname, '..');
const HASHBANG = '#!/usr/bin/env node\n';
/**
 * CommonJS packages call `require` for Node's own modules, which an ES module has not. Prepended only to the file that
 * holds esbuild's `__require`, so that the start path stays free of it.
 */
const REQUIRE =
  "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);\n";

export interface BundleOptions {
  readonly entry: string;
  /** Emptied first. */
  readonly directory: string;
}

/**
 * Bundles the command into `main.js` and chunks: what is imported lazily in the source stays a file of its own, so that a
 * run loads only what its configuration needs. Needs no node_modules afterwards.
 */
export async function bundle({ entry, directory }: BundleOptions): Promise<Metafile> {
  rmSync(directory, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: PROJECT,
    entryPoints: { main: entry },
    outdir: directory,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    // Node 24 has it (V8 13.6), which esbuild does not know; lowered it would bring helpers into every file.
    supported: { using: true },
    chunkNames: '[name]-[hash]',
    // Names stay, for stack traces that can be read.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    metafile: true,
    plugins: [leaveOutModules(), keepNamedExports(), readBuiltinsDirectly(), parseTables(), inlineVersion(PROJECT)],
    logLevel: 'warning',
  });
  await mergeStartPath(directory, metafile);
  for (const name of readdirSync(directory)) finishOutput(join(directory, name));
  chmodSync(join(directory, 'main.js'), 0o755);
  writeFileSync(join(directory, 'THIRD-PARTY-LICENSES.txt'), collectLicenses(PROJECT, Object.keys(metafile.inputs)));
  // Without it Node reads the package.json of whatever directory lies above to learn that these are ES modules.
  writeFileSync(join(directory, 'package.json'), '{"type":"module"}\n');
  return metafile;
}

function finishOutput(path: string): void {
  const text = readFileSync(path, 'utf8');
  const code = text.startsWith('#!') ? text.slice(text.indexOf('\n') + 1) : text;
  const hashbang = path.endsWith('/main.js') ? HASHBANG : '';
  const require = /\b__require\s*=\s*/.test(code) ? REQUIRE : '';
  writeFileSync(path, hashbang + require + code);
}

if (import.meta.main) {
  try {
    await bundle({ entry: 'src/main.ts', directory: join(PROJECT, 'dist') });
  } catch (error) {
    // esbuild has printed what is wrong with the source, and where.
    if (!(error instanceof Error && 'errors' in error)) throw error;
    process.exitCode = 1;
  }
}
