import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';

/** Where a quiet `init` comes through. */
const STARTS = ['src/commands/start.ts', 'src/commands/init.ts'];
const MERGED = 'start.js';

type Outputs = ReadonlyMap<string, Metafile['outputs'][string]>;

/**
 * Makes one file of the many small ones that a quiet `init` loads: finding, reading and linking each takes Node longer
 * than what is in it. All others then import from that file.
 *
 * @param directory absolute, of the outputs that `metafile` describes
 */
export async function mergeStartPath(directory: string, { outputs }: Metafile): Promise<void> {
  const byName = new Map(Object.entries(outputs).map(([path, output]) => [basename(path), output]));
  const merged = closureOf(STARTS, byName);
  const { statements, renamed } = exportsOf(merged, byName);
  await build({
    stdin: { contents: statements.join('\n'), resolveDir: directory },
    outfile: join(directory, MERGED),
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    supported: { using: true },
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    plugins: [keepOthersOutside(merged, renamed)],
    logLevel: 'warning',
  });
  for (const name of byName.keys()) {
    if (!merged.has(name)) redirect(join(directory, name), merged, renamed);
    else if (renamed.has(name)) writeFileSync(join(directory, name), `${reExport(renamed.get(name) ?? new Map())}\n`);
    else rmSync(join(directory, name));
  }
}

/** The outputs of these entries and all that they import statically. */
function closureOf(entries: readonly string[], byName: Outputs): Set<string> {
  const found = new Set<string>();
  for (const [name, { entryPoint }] of byName)
    if (entryPoint !== undefined && entries.includes(entryPoint)) found.add(name);
  for (const name of found) {
    for (const { path, kind, external } of byName.get(name)?.imports ?? []) {
      if (kind === 'import-statement' && external !== true) found.add(basename(path));
    }
  }
  return found;
}

/** Statements that export everything once. `renamed`: a chunk whose names were partly taken, its names to the exported ones. */
function exportsOf(merged: ReadonlySet<string>, byName: Outputs) {
  const taken = new Set<string>();
  const statements: string[] = [];
  const renamed = new Map<string, ReadonlyMap<string, string>>();
  for (const [index, name] of [...merged].entries()) {
    const names = byName.get(name)?.exports ?? [];
    const exported = new Map(names.map((each) => [each, taken.has(each) ? `${each}$${index}` : each]));
    for (const each of exported.values()) taken.add(each);
    if ([...exported].some(([own, other]) => own !== other)) renamed.set(name, exported);
    const list = [...exported].map(([own, other]) => `${own} as ${other}`);
    statements.push(`export { ${list.join(', ')} } from './${name}';`);
  }
  return { statements, renamed };
}

/** A lazy import of what is merged finds it in the merged file itself. */
function keepOthersOutside(merged: ReadonlySet<string>, renamed: ReadonlyMap<string, unknown>): Plugin {
  return {
    name: 'keep-others-outside',
    setup(setup) {
      setup.onResolve({ filter: /^\.\// }, ({ path, kind }) => {
        const name = basename(path);
        if (!merged.has(name)) return { path, external: true };
        if (kind !== 'dynamic-import') return null;
        return { path: renamed.has(name) ? path : `./${MERGED}`, external: true };
      });
    },
  };
}

function redirect(path: string, merged: ReadonlySet<string>, renamed: ReadonlyMap<string, unknown>): void {
  if (!path.endsWith('.js')) return;
  const text = readFileSync(path, 'utf8').replace(/(["'])\.\/([\w.-]+\.js)\1/g, (whole, _quote, name: string) =>
    merged.has(name) && !renamed.has(name) ? `"./${MERGED}"` : whole,
  );
  writeFileSync(path, text);
}

function reExport(names: ReadonlyMap<string, string>): string {
  const list = [...names].map(([own, exported]) => `${exported} as ${own}`);
  return `export { ${list.join(', ')} } from './${MERGED}';`;
}
