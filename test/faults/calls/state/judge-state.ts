import type { Prepared, Prospect, State } from '../operation.ts';
import { isSame, isTemporary } from './read-tree.ts';

const KEY = 'glpicrypt.key';

/** What a run may leave behind beside its files. */
export interface Allowance {
  /** Names of files that were being written. */
  readonly temporaries: number;
  /** A lease that nobody holds: it is broken after three seconds. */
  readonly lease: boolean;
}

/** What is wrong with a state, whatever the operation: one sentence each, none where all is well. */
export function wrongIn(state: State, prospect: Prospect, allowance: Allowance, prepared: Prepared): string[] {
  return [
    ...state.vault.wrong,
    ...lostKeys(state, prospect),
    ...guardedFiles(state, prospect, prepared),
    ...vaultFiles(state, prospect),
    ...leftovers(state, allowance),
  ];
}

/** Every key that was anywhere: in the config directory, or in a generation. */
export function keysOf({ tree, vault }: State): Set<string> {
  const keys = [...vault.generations.values()].flatMap(({ contents }) => contents[KEY] ?? []);
  const live = tree.get(`config/${KEY}`)?.content.toString('base64');
  return new Set(live === undefined ? keys : [...keys, live]);
}

function lostKeys(state: State, { before }: Prospect): string[] {
  const there = keysOf(state);
  return [...keysOf(before)].filter((key) => !there.has(key)).map(() => 'a key that was there is nowhere any more');
}

/** Old or new, with owner and mode, and no other file than before or after. */
function guardedFiles(state: State, { before, after }: Prospect, prepared: Prepared): string[] {
  const wrong: string[] = [];
  for (const path of new Set([...state.tree.keys(), ...before.tree.keys()])) {
    if (!path.startsWith('config') || isTemporary(path)) continue;
    const [found, old, next] = [state, before, after].map(({ tree }) => tree.get(path));
    if (isSame(found, old) || isSame(found, next)) continue;
    if (found !== undefined && prepared.mayBe?.(path, found, state) === true) continue;
    wrong.push(`${path} is neither as it was nor as it becomes: ${found === undefined ? 'absent' : describe(found)}`);
  }
  return wrong;
}

function describe({ kind, mode, uid, gid, content }: NonNullable<ReturnType<State['tree']['get']>>): string {
  return `a ${kind} of ${content.length} bytes, ${uid}:${gid}, mode ${mode.toString(8)}`;
}

/** What the vault held it holds, unchanged in clear; files are the keeper's own. */
function vaultFiles(state: State, { before, after }: Prospect): string[] {
  const wrong: string[] = [];
  for (const [name, was] of before.vault.generations) {
    const is = state.vault.generations.get(name);
    const pruned = !after.vault.generations.has(name);
    if (is === undefined && pruned) continue;
    const same = is !== undefined && is.id === was.id && JSON.stringify(is.contents) === JSON.stringify(was.contents);
    if (!same) wrong.push(`generation ${name} is another, or gone`);
  }
  for (const name of before.vault.records.keys()) {
    if (!state.vault.records.has(name)) wrong.push(`the record ${name} is gone`);
  }
  for (const [path, entry] of state.tree) {
    if (!path.startsWith('vault/glpi')) continue;
    const expected = entry.kind === 'folder' ? 0o700 : 0o600;
    if (entry.kind === 'other' || entry.mode !== expected) wrong.push(`${path} is ${describe(entry)}`);
  }
  return wrong;
}

function leftovers({ tree }: State, allowance: Allowance): string[] {
  const temporaries = [...tree.keys()].filter(isTemporary);
  const wrong = temporaries.length > allowance.temporaries ? [`left behind: ${temporaries.join(', ')}`] : [];
  if (!allowance.lease && tree.has('vault/glpi/lease.json')) wrong.push('the lease was not given back');
  return wrong;
}
