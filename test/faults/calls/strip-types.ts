import { readFileSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { basename, join } from 'node:path';

/**
 * Writes a file of this folder as JavaScript into another: for what is preloaded thousands of times, since Node takes a
 * twentieth of a second to load what it strips types with.
 *
 * @returns the path of the new file
 */
export function stripTypes(path: string, folder: string): string {
  const stripped = join(folder, basename(path).replace(/\.ts$/, '.mjs'));
  writeFileSync(stripped, stripTypeScriptTypes(readFileSync(path, 'utf8')));
  return stripped;
}
