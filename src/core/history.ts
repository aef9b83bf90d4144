import type { Fingerprint } from './brand.ts';
import type { DatabaseIdentity, Generation, KeptFile } from './generation.ts';
import { DATABASE_FILE, type GuardedFile, KEY_FILE } from './guarded-set.ts';
import type { VaultState } from './observation.ts';

/** Questions that judging and planning ask of the vault's generations (oldest first, as the vault lists them). */

/** Generations of a vault that can be read, newest first; empty for any other. */
export function newestFirst(vault: VaultState): Generation[] {
  return vault.kind === 'ready' ? [...vault.generations].reverse() : [];
}

/** Distinct security keys, newest first. */
export function knownKeys(generations: readonly Generation[]): Fingerprint[] {
  const keys = new Set<Fingerprint>();
  for (const generation of generations) if (generation.fingerprint !== null) keys.add(generation.fingerprint);
  return [...keys];
}

/** The key proven last, by the newest generation that carries a proof. */
export function lastProven(generations: readonly Generation[]): Fingerprint | null {
  return generations.find((each) => each.proof !== null && each.fingerprint !== null)?.fingerprint ?? null;
}

/** Whether any key was ever proven on this instance. */
export function everProven(generations: readonly Generation[]): boolean {
  return generations.some((each) => each.proof !== null);
}

/** The identity recorded last: what the instance's database is called. */
export function recordedDatabase(generations: readonly Generation[]): DatabaseIdentity | null {
  return generations.find((each) => each.database !== null)?.database ?? null;
}

/** The newest generation that holds this key. */
export function generationOfKey(generations: readonly Generation[], key: Fingerprint): Generation | null {
  return generations.find((each) => each.fingerprint === key && keptFile(each, KEY_FILE) !== null) ?? null;
}

export function keptFile(generation: Generation, name: GuardedFile): KeptFile | null {
  return generation.files.find((each) => each.name === name) ?? null;
}

/** Reasons of generations that only save bytes in a hurry: nobody had judged whose they are. */
const HASTY: ReadonlySet<string> = new Set(['capture-first', 'late-write']);

/**
 * Newest first, but those that were written in a hurry last: beside them may lie files of another instance, or what an
 * accident made.
 */
export function judgedFirst(generations: readonly Generation[]): Generation[] {
  const hasty = generations.filter((each) => HASTY.has(each.reason));
  return [...generations.filter((each) => !HASTY.has(each.reason)), ...hasty];
}

/**
 * Where a file other than the key comes from: the newest generation that holds it, unless an administrator removed it
 * since. One that was written in a hurry counts only where no other holds it.
 *
 * @param generations newest first
 */
export function sourceOfFile(generations: readonly Generation[], name: GuardedFile): Generation | null {
  for (const generation of judgedFirst(generations)) {
    if (name !== DATABASE_FILE && generation.removed.includes(name)) return null;
    if (keptFile(generation, name) !== null) return generation;
  }
  return null;
}
