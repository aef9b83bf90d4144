import type { Fingerprint } from './brand.ts';
import type { DatabaseIdentity, Generation, KeptFile } from './generation.ts';
import { DATABASE_FILE, type GuardedFile, KEY_FILE } from './guarded-set.ts';
import type { VaultState } from './observation.ts';
import { PREPARED } from './rotation.ts';

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

/**
 * Keys of which any may be the right one where there is nothing to test them on. A key out of a backup that opened
 * nothing when it was kept, though there were values to open, is another instance's or long replaced: it stays a
 * candidate wherever evidence decides, and never makes a choice harder where none does. Nor does a key that a rotation
 * only prepared.
 */
export function untestedKeys(generations: readonly Generation[]): Fingerprint[] {
  return knownKeys(generations).filter((key) => {
    const holders = generations.filter((each) => each.fingerprint === key && each.reason !== PREPARED);
    if (holders.length === 0) return false;
    return holders.some((each) => each.reason !== FROM_BACKUP) || !openedNothing(holders[0]);
  });
}

function openedNothing(generation: Generation | undefined): boolean {
  return generation?.verdict === 'wrong' || generation?.verdict === 'lost';
}

/**
 * The key proven last, by the newest generation that carries a proof. An old key out of a backup may still open some
 * left-over value: that proves it, but only opening more than half, which no two keys can, makes it the last one.
 */
export function lastProven(generations: readonly Generation[]): Fingerprint | null {
  const proven = generations.filter((each) => each.proof !== null && each.fingerprint !== null);
  const last = proven.find((each) => each.reason !== FROM_BACKUP || opensMost(each)) ?? proven[0];
  return last?.fingerprint ?? null;
}

function opensMost({ proof }: Generation): boolean {
  return proof !== null && proof.opened * 2 > proof.tested;
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

/**
 * The reason of generations that hold a key out of a backup or an old volume (`capture --from`). Their `verdict` is what
 * would be said of that key if it were the live one; `unproven` where it could not be tested.
 */
export const FROM_BACKUP = 'capture-from';

/** Reasons of generations that only save bytes in a hurry: nobody had judged whose they are. */
const HASTY: ReadonlySet<string> = new Set(['capture-first', 'late-write']);

/**
 * Newest first, but those that were written in a hurry last: beside them may lie files of another instance, or what an
 * accident made. Behind these come backups, whose files may be stale: only those that came with `key`, since a
 * backup's files come back with its key or not at all.
 *
 * @param key the key that is, or is to be, live; `any` where it is not known yet
 */
export function judgedFirst(generations: readonly Generation[], key: Fingerprint | null | 'any'): Generation[] {
  const backups = generations.filter(
    (each) => each.reason === FROM_BACKUP && (key === 'any' || (key !== null && each.fingerprint === key)),
  );
  const own = generations.filter((each) => each.reason !== FROM_BACKUP);
  const hasty = own.filter((each) => HASTY.has(each.reason));
  return [...own.filter((each) => !HASTY.has(each.reason)), ...hasty, ...backups];
}

/**
 * Where a file other than the key comes from: the newest generation that holds it, unless an administrator removed it
 * since. One that was written in a hurry counts only where no other holds it, a backup only after that.
 *
 * @param generations newest first
 * @param key the key that is, or is to be, live
 */
export function sourceOfFile(
  generations: readonly Generation[],
  name: GuardedFile,
  key: Fingerprint | null,
): Generation | null {
  for (const generation of judgedFirst(generations, key)) {
    if (name !== DATABASE_FILE && generation.removed.includes(name)) return null;
    if (keptFile(generation, name) !== null) return generation;
  }
  return null;
}
