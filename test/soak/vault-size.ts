import { lstatSync, readdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import type { Keeps } from './phases/phase.ts';

export interface VaultSize {
  readonly generations: readonly string[];
  /** The escrow's files; the same names are the same contents. */
  readonly chunks: readonly string[];
  /** Of all files, in bytes. */
  readonly bytes: number;
}

/** Files that came although nothing happened that is worth keeping. */
export function excessOf(keeps: Keeps, before: VaultSize, after: VaultSize): string[] {
  if (keeps === 'generations and escrow') return [];
  const known = new Set([...before.generations, ...before.chunks]);
  const unwanted = keeps === 'generations' ? after.chunks : [...after.generations, ...after.chunks];
  return unwanted.filter((name) => !known.has(name));
}

/** Counts what lies in a directory vault. A file that goes away meanwhile is not counted. */
export function measureVault(directory: string): VaultSize {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) => join(each.parentPath, each.name));
  const generations = files.filter((path) => path.includes(`${sep}generations${sep}`));
  const chunks = files.filter((path) => path.includes(`${sep}escrow${sep}`));
  const sizes = files.map((path) => lstatSync(path, { throwIfNoEntry: false })?.size ?? 0);
  return {
    generations,
    chunks,
    bytes: sizes.reduce((sum, size) => sum + size, 0),
  };
}
