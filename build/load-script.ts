/** Goes into the built program: into its entry, and at the head of the files that stand for scripts (merge-scripts.ts). */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Script } from 'node:vm';

/** Beside a script, what V8 made of it when it was run while the image was built. */
const CACHE = '.cache';

/** What a script exports: all that is merged into it, by name, once it is asked for. */
interface Exports {
  readonly whole: () => Readonly<Record<string, unknown>>;
  /** Of the script that the entry starts, which wants it without the several hundred names. */
  readonly start?: unknown;
}

/**
 * The scripts that ran, by path. The entry and each file that stands for a script have this module in them, and each
 * class of the program must be one: so the list is the realm's.
 */
const SCRIPTS = Symbol.for('keykeeper.scripts');
const realm = globalThis as { [SCRIPTS]?: Map<string, Exports> };

/**
 * Runs a script of this build unless it ran, and gives what it exports. Node's own compile cache holds a module as it was
 * before it ran, without the functions that V8 compiles at their first call: for a quiet `init` they are most of its work.
 * This one holds them. It is bound to the release of V8 and its flags, not to the user; where there is none, or one that V8
 * refuses, the script is compiled from its source.
 *
 * @param path absolute
 */
export function loadScript(path: string): Exports {
  realm[SCRIPTS] ??= new Map();
  const scripts = realm[SCRIPTS];
  const known = scripts.get(path);
  if (known !== undefined) return known;
  const source = readFileSync(path, 'latin1');
  const cachedData = readCache(path);
  const script = new Script(source, { filename: path, ...(cachedData === undefined ? {} : { cachedData }) });
  const module = { exports: {} as Exports };
  const other = (name: string) => (name.endsWith('.cjs') ? loadScript(join(dirname(path), name)).whole() : null);
  const require = (name: string) => other(name) ?? createRequire(path)(name);
  // A script has no import of its own: its lazy ones are made calls of this (merge-scripts.ts).
  const importLazily = async (name: string) => other(name) ?? (await import(name));
  script.runInThisContext()(module, require, importLazily);
  const { whole, ...rest } = module.exports;
  let names: ReturnType<typeof whole> | undefined;
  const exports = { ...rest, whole: () => (names ??= whole()) };
  scripts.set(path, exports);
  return exports;
}

function readCache(path: string): Buffer | undefined {
  try {
    return readFileSync(`${path}${CACHE}`);
  } catch {
    return undefined;
  }
}
