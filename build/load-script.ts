/** Goes into the built program, at the head of the files that stand for scripts: see compile-whole.ts. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Script } from 'node:vm';

/** Beside a script, what V8 made of it when it was run while the image was built. */
const CACHE = '.cache';

/**
 * Runs a script of this build, and gives what it exports. Node's own compile cache holds a module as it was before it ran,
 * without the functions that V8 compiles at their first call: for a quiet `init` they are most of its work. This one holds
 * them. It is bound to the release of V8 and its flags, not to the user; where there is none, or one that V8 refuses, the
 * script is compiled from its source.
 *
 * @param path absolute
 */
export function loadScript(path: string): unknown {
  const source = readFileSync(path, 'latin1');
  const cachedData = readCache(path);
  const script = new Script(source, { filename: path, ...(cachedData === undefined ? {} : { cachedData }) });
  const module = { exports: {} };
  const require = (name: string) => createRequire(path)(name);
  // A script has no import of its own: its lazy ones are made calls of this (merge-scripts.ts).
  const importLazily = (name: string) => import(name);
  script.runInThisContext()(module, require, importLazily);
  return module.exports;
}

function readCache(path: string): Buffer | undefined {
  try {
    return readFileSync(`${path}${CACHE}`);
  } catch {
    return undefined;
  }
}
