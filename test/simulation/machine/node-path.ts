import { basename as basenameOf, dirname as dirnameOf, join as joined } from 'node:path';
import { newMemory } from './remember.ts';

/**
 * Stands for `node:path` in the product's modules: the same, and the same string again for the same parts, so that the
 * simulated disk, which looks for its paths in a map, need not hash it anew.
 */
export { posix, relative, resolve, sep } from 'node:path';

const joins = newMemory<string, Map<string, string>>();
const directories = newMemory<string, string>();

export function join(...parts: string[]): string {
  const [first, second, third] = parts;
  if (first === undefined || second === undefined || parts.length > 3) return joined(...parts);
  const two = joinTwo(first, second);
  return third === undefined ? two : joinTwo(two, third);
}

function joinTwo(first: string, second: string): string {
  let below = joins.get(first);
  if (below === undefined) {
    below = new Map();
    joins.set(first, below);
  }
  let path = below.get(second);
  if (path === undefined) {
    path = joined(first, second);
    below.set(second, path);
  }
  return path;
}

export function dirname(path: string): string {
  let directory = directories.get(path);
  if (directory === undefined) {
    directory = dirnameOf(path);
    directories.set(path, directory);
  }
  return directory;
}

export function basename(path: string, suffix?: string): string {
  return suffix === undefined && isPlain(path) ? path.slice(path.lastIndexOf('/') + 1) : basenameOf(path, suffix);
}

/** Without a slash at its end. */
function isPlain(path: string): boolean {
  return path.charCodeAt(path.length - 1) !== 0x2f;
}
