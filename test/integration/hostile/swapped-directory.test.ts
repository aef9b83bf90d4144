import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, chownSync, copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { absolutePath, gid, mode, uid } from '../../../src/core/brand.ts';
import { Failure, systemCode } from '../../../src/core/failure.ts';
import { repairAccess } from '../../../src/files/access.ts';
import { ensureDirectoryUsable } from '../../../src/files/directory-access.ts';
import { readGuarded } from '../../../src/files/read-file.ts';
import { createFile, leftovers, replaceFile } from '../../../src/files/write-file.ts';
import { isRoot } from '../../unit/files/root.ts';
import { TemporaryDirectory } from '../../unit/files/temporary-directory.ts';
import { isAvailable } from '../files/requirement.ts';
import { shapeOf } from './shape-of.ts';

const KEY = 'glpicrypt.key';
const OWNER = { uid: uid(33), gid: gid(33), mode: mode(0o640) };
/** Times that each thing is done while the directory is swapped, which is thousands of times. */
const ROUNDS = 500;

const runnable = isAvailable('root', 'races with an attacker', isRoot ? null : 'this is not root');

describe.skipIf(!runnable).each([
  ['the config directory', 'tree/config'],
  ['a directory above it', 'tree'],
])('while %s is swapped for a symlink to elsewhere, and back', (_, swapped) => {
  it('Keykeeper writes, makes, gives away and removes nothing elsewhere', async () => {
    using scratch = preparedDirectory();
    const before = shapeOf(scratch.at('elsewhere'));
    const path = absolutePath(scratch.at('tree/config', KEY));
    const deeds: Record<string, () => unknown> = {
      create: () => createFile(path, randomBytes(32), OWNER),
      replace: () => replaceFile(path, randomBytes(32), OWNER, readGuarded(path)).release(),
      repair: () => repairAccess(path, { ...OWNER, mode: mode(Math.random() < 0.5 ? 0o600 : 0o640) }),
      enter: () => ensureDirectoryUsable(absolutePath(scratch.at('tree/config')), OWNER),
      tidy: () => leftovers(absolutePath(scratch.at('tree/config')), Date.now() + 120_000),
    };

    const { swaps, done, refused } = await duringSwaps(scratch, swapped, async () => {
      const counts = { done: 0, refused: 0 };
      for (let round = 0; round < ROUNDS; round += 1) {
        if (round % 10 === 0) quietly(() => rmSync(join(scratch.at(`${swapped}.moved`), KEY)));
        for (const deed of Object.values(deeds)) counts[attempt(deed)] += 1;
      }
      return counts;
    });

    expect(shapeOf(scratch.at('elsewhere'))).toBe(before);
    expect(readdirSync(scratch.at('tree/config')).filter((name) => name !== KEY)).toEqual([]);
    expect([swaps > 100, done > 100, refused > 100]).toEqual([true, true, true]);
  });

  it('a script that copies and changes owners by path hits what lies elsewhere', async () => {
    using scratch = preparedDirectory();
    const before = shapeOf(scratch.at('elsewhere'));
    const path = scratch.at('tree/config', KEY);
    writeFileSync(scratch.at('copy'), randomBytes(32));

    await duringSwaps(scratch, swapped, async () => {
      for (let round = 0; round < ROUNDS; round += 1) {
        quietly(() => copyFileSync(scratch.at('copy'), path));
        quietly(() => chownSync(path, 33, 33));
        quietly(() => chmodSync(path, 0o640));
      }
      return { done: 0, refused: 0 };
    });

    expect(shapeOf(scratch.at('elsewhere'))).not.toBe(before);
  });
});

/** `elsewhere` has what a guarded directory has, for the names to lead to something, and is root's alone. */
function preparedDirectory(): TemporaryDirectory {
  const scratch = new TemporaryDirectory();
  mkdirSync(scratch.at('tree/config'), { recursive: true });
  chownSync(scratch.at('tree/config'), 33, 33);
  for (const directory of ['elsewhere', 'elsewhere/config']) {
    mkdirSync(scratch.at(directory), { mode: 0o700 });
    writeFileSync(scratch.at(directory, KEY), 'of root alone', { mode: 0o600 });
    writeFileSync(scratch.at(directory, '.keykeeper-1-1-0123456789abcdef.tmp'), 'of root alone', { mode: 0o600 });
  }
  return scratch;
}

async function duringSwaps(
  scratch: TemporaryDirectory,
  swapped: string,
  work: () => Promise<{ done: number; refused: number }>,
) {
  const stop = new Int32Array(new SharedArrayBuffer(8));
  const workerData = { directory: scratch.at(swapped), elsewhere: scratch.at('elsewhere'), stop };
  const attacker = new Worker(join(import.meta.dirname, 'swap-directory.ts'), { workerData });
  try {
    await once(attacker, 'message');
    const counts = await work();
    return { ...counts, swaps: Atomics.load(stop, 1) };
  } finally {
    Atomics.store(stop, 0, 1);
    await once(attacker, 'exit');
  }
}

/** Refused is what Keykeeper says itself, or the system to its `leftovers`. */
function attempt(deed: () => unknown): 'done' | 'refused' {
  try {
    deed();
    return 'done';
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return 'refused';
  }
}

function quietly(deed: () => void): void {
  try {
    deed();
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
  }
}
