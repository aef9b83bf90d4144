import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';
import { readBuiltinsLazily } from './read-builtins-lazily.ts';

/**
 * What is loaded together, in this order: a quiet `init`; what it loads to put something right or to keep it; what it loads
 * to ask a database. Each with all that it imports statically and that none before has.
 */
const SCRIPTS: Readonly<Record<string, readonly string[]>> = {
  start: ['src/commands/start.ts', 'src/commands/init.ts'],
  repair: [
    'src/keeper/apply.ts',
    'src/vault/add-generation.ts',
    'src/vault/prune-generations.ts',
    'src/vault/directory/lease.ts',
  ],
  database: [
    'src/keeper/observe-database.ts',
    'src/keeper/legacy-keys.ts',
    'src/glpi/database/open-database.ts',
    'node_modules/mysql2/index.js',
  ],
};

/** Outputs whose names are others in the script that another one takes them from. */
const RENAMED = 'renamed';

type Outputs = ReadonlyMap<string, Metafile['outputs'][string]>;
/** Names as a merged output had them, to those under which its script exports them. */
type Names = ReadonlyMap<string, string>;

/**
 * Makes one script of the many small outputs that are loaded together: finding, reading and linking each takes Node longer
 * than what is in it, and only a script can come with the code of all its functions (load-script.ts). `NAME.cjs` is the
 * script, `NAME.js` loads it; all other outputs then import from that.
 *
 * @param directory absolute, of the outputs that `metafile` describes
 */
export async function mergeScripts(directory: string, { outputs }: Metafile): Promise<void> {
  const byName = new Map(Object.entries(outputs).map(([path, output]) => [basename(path), output]));
  /** A merged output, and where what it exported is found now. */
  const moved = new Map<string, { readonly script: string; readonly names: Names }>();
  for (const [script, sources] of Object.entries(SCRIPTS)) {
    const merged = [...closureOf(sources, byName)].filter((name) => !moved.has(name));
    const taken = new Set<string>();
    for (const [index, name] of merged.entries()) {
      const names = (byName.get(name)?.exports ?? []).map((own) => [own, taken.has(own) ? `${own}$${index}` : own]);
      for (const [, exported] of names) taken.add(exported ?? '');
      moved.set(name, { script, names: new Map(names as [string, string][]) });
    }
  }
  for (const script of Object.keys(SCRIPTS)) await writeScript(script);
  for (const name of byName.keys()) {
    const place = moved.get(name);
    if (place === undefined) redirect(join(directory, name));
    else if (isRenamed(name))
      writeFileSync(join(directory, name), `${exportBack(place.names, `${place.script}.js`)}\n`);
    else rmSync(join(directory, name));
  }

  async function writeScript(script: string): Promise<void> {
    const parts = [...moved].filter(([, place]) => place.script === script);
    const imports = parts.map(([name, { names }], index) => importAs(names, name, index));
    const members = parts.flatMap(([, { names }], index) =>
      [...names].map(([own, exported]) => `${exported}: ${alias(own, index)}`),
    );
    // One function in place of a getter for each of several hundred names, of which a quiet run wants one.
    const statements = [...imports, `export function whole() { return { ${members.join(', ')} }; }`];
    const first = parts.find(([, { names }]) => names.has(script));
    if (first !== undefined) statements.push(`export { ${script} } from './${first[0]}';`);
    const shared = {
      bundle: true,
      platform: 'node',
      target: 'node24',
      charset: 'ascii',
      supported: { using: true },
      minifySyntax: true,
      minifyWhitespace: true,
      legalComments: 'none',
      logLevel: 'warning',
    } as const;
    await build({
      ...shared,
      stdin: { contents: statements.join('\n'), resolveDir: directory },
      outfile: join(directory, `${script}.cjs`),
      format: 'cjs',
      banner: { js: '(function(module,require,__import){' },
      footer: { js: '})' },
      plugins: [keepOthersOutside(script)],
    });
    const file = join(directory, `${script}.cjs`);
    writeFileSync(file, readFileSync(file, 'utf8').replace(/\bimport\(("[^"]+")\)/g, '__import($1)'));
    const names = parts.flatMap(([, place]) => [...place.names.values()]);
    await build({
      ...shared,
      stdin: {
        contents: [
          `import { loadScript } from './load-script.ts';`,
          `const { whole } = loadScript(import.meta.dirname + '/${script}.cjs');`,
          `export const { ${names.join(', ')} } = whole();`,
        ].join('\n'),
        resolveDir: import.meta.dirname,
      },
      outfile: join(directory, `${script}.js`),
      format: 'esm',
      plugins: [readBuiltinsLazily()],
    });
  }

  /**
   * A lazy import of what is merged finds it in its script, and so does any import of what another script has: without the
   * module that stands for it, whose several hundred exports Node would link. Taken in once more, a class would be two, and
   * what is thrown on one side no instance of it on the other.
   */
  function keepOthersOutside(script: string): Plugin {
    return {
      name: 'keep-others-outside',
      setup(setup) {
        setup.onResolve({ filter: /^\.\// }, ({ path, kind }) => {
          const name = basename(path);
          const place = moved.get(name);
          if (place === undefined) return { path, external: true };
          const isLazy = kind === 'dynamic-import';
          if (!isLazy && place.script === script) return null;
          if (!isRenamed(name)) return { path: `./${place.script}.cjs`, external: true };
          return isLazy ? { path, external: true } : { path: name, namespace: RENAMED };
        });
        setup.onLoad({ filter: /.*/, namespace: RENAMED }, ({ path }) => {
          const place = moved.get(path);
          return place === undefined
            ? null
            : { contents: exportBack(place.names, `${place.script}.cjs`), resolveDir: directory };
        });
      },
    };
  }

  function isRenamed(name: string): boolean {
    return [...(moved.get(name)?.names ?? [])].some(([own, exported]) => own !== exported);
  }

  function redirect(path: string): void {
    if (!path.endsWith('.js')) return;
    const text = readFileSync(path, 'utf8').replace(/(["'])\.\/([\w.-]+\.js)\1/g, (whole, _quote, name: string) => {
      const place = moved.get(name);
      return place === undefined || isRenamed(name) ? whole : `"./${place.script}.js"`;
    });
    writeFileSync(path, text);
  }
}

/** The outputs of these sources and all that they import statically. */
function closureOf(sources: readonly string[], byName: Outputs): Set<string> {
  const found = new Set<string>();
  for (const [name, { entryPoint }] of byName)
    if (sources.some((source) => entryPoint?.endsWith(source))) found.add(name);
  for (const name of found) {
    for (const { path, kind, external } of byName.get(name)?.imports ?? []) {
      if (kind === 'import-statement' && external !== true) found.add(basename(path));
    }
  }
  return found;
}

function importAs(names: Names, file: string, index: number): string {
  const list = [...names.keys()].map((own) => `${own} as ${alias(own, index)}`);
  return `import { ${list.join(', ')} } from './${file}';`;
}

/** Names of different outputs may be the same. */
function alias(own: string, index: number): string {
  return `${own}$of${index}`;
}

function exportBack(names: Names, file: string): string {
  return `export { ${[...names].map(([own, exported]) => `${exported} as ${own}`).join(', ')} } from './${file}';`;
}
