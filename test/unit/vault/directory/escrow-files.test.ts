import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { draftOf, entryOf } from '../draft-of.ts';
import { type TemporaryVault, temporaryVault } from '../temporary-vault.ts';

const MINUTE = 60_000;
const VALUES = [entryOf(1, 'one'), entryOf(300, 'two')];

/** The files of two chunks, ids 0 to 255 and 256 to 511. */
function filesOf({ folder }: TemporaryVault): string[] {
  return readdirSync(join(folder, 'escrow'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function fileWith(temporary: TemporaryVault, value: string): string {
  const found = filesOf(temporary).find((path) => gunzipSync(readFileSync(path)).includes(value));
  if (found === undefined) throw new Error(`no chunk has ${value}`);
  return found;
}

async function twoChunks(temporary: TemporaryVault) {
  const vault = await temporary.open();
  const { generation } = await vault.add(draftOf('a', { escrow: VALUES }));
  return { vault, generation };
}

function makeOld(path: string, milliseconds: number): void {
  const then = (Date.now() - milliseconds) / 1000;
  utimesSync(path, then, then);
}

describe('a chunk of the escrow', () => {
  it.each([
    ['missing', () => undefined, 'is missing'],
    ['a symbolic link', (path: string) => symlinkSync('/etc/hostname', path), 'is a symbolic link'],
    ['a folder', (path: string) => mkdirSync(path), 'is not a regular file'],
  ])('that is %s is named with its reason, and costs its own values alone', async (_, damage, reason) => {
    using temporary = temporaryVault();
    const { vault, generation } = await twoChunks(temporary);
    const file = fileWith(temporary, 'one');
    rmSync(file);
    damage(file);

    const { entries, damaged } = await vault.escrow(generation);

    expect(entries).toEqual([VALUES[1]]);
    expect(damaged).toEqual([{ file, reason }]);
  });

  it.each([
    ['is missing', (path: string) => rmSync(path)],
    ['was cut off', (path: string) => truncateSync(path, 10)],
    ['holds something else', (path: string) => writeFileSync(path, 'something else')],
    ['is empty', (path: string) => truncateSync(path, 0)],
  ])('that %s is kept again with the next generation, though the one before had it', async (_, damage) => {
    using temporary = temporaryVault();
    const { vault, generation } = await twoChunks(temporary);
    const file = fileWith(temporary, 'one');
    damage(file);
    await vault.escrow(generation);

    await vault.add(draftOf('b', { escrow: VALUES }));

    expect(gunzipSync(readFileSync(file)).toString()).toContain('one');
    expect(await vault.escrow(generation)).toEqual({ entries: VALUES, damaged: [] });
  });

  it('that is whole is not written again, and renewed only where it is old', async () => {
    using temporary = temporaryVault();
    const { vault } = await twoChunks(temporary);
    const [young, old] = [fileWith(temporary, 'one'), fileWith(temporary, 'two')];
    makeOld(young, 20 * MINUTE);
    makeOld(old, 40 * MINUTE);
    const before = [statSync(young), statSync(old)];

    await vault.add(draftOf('b', { escrow: VALUES }));

    const after = [statSync(young), statSync(old)];
    expect(after.map(({ ino }) => ino)).toEqual(before.map(({ ino }) => ino));
    expect(after[0]?.mtimeMs).toBe(before[0]?.mtimeMs);
    expect(Math.abs((after[1]?.mtimeMs ?? 0) - Date.now())).toBeLessThan(5 * MINUTE);
  });

  it('in a generation that nobody knows is asked for in vain', async () => {
    using temporary = temporaryVault();
    const { vault, generation } = await twoChunks(temporary);
    rmSync(temporary.generationFile(1));

    await expect(vault.escrow(generation)).rejects.toMatchObject({
      code: 'generation-unknown',
      message: 'generation 1 is not in the vault',
      target: join(temporary.folder, 'generations'),
    });
  });

  it('leaves no descriptor open, however often it is renewed', async () => {
    using temporary = temporaryVault();
    const { vault } = await twoChunks(temporary);
    const descriptors = () => readdirSync('/proc/self/fd').length;
    await vault.add(draftOf('b', { escrow: VALUES }));
    const before = descriptors();

    for (const name of ['c', 'd', 'e', 'f']) await vault.add(draftOf(name, { escrow: VALUES }));

    expect(descriptors()).toBe(before);
  });
});

describe('many chunks', () => {
  it('are all kept, more than are synced together, each in its folder', async () => {
    using temporary = temporaryVault();
    const vault = await temporary.open();
    const values = Array.from({ length: 40 }, (_, index) => entryOf(index * 256, `value ${index}`));

    const { generation } = await vault.add(draftOf('a', { escrow: values }));

    expect(filesOf(temporary)).toHaveLength(40);
    for (const path of filesOf(temporary)) expect(path.split('/').at(-1)?.slice(0, 2)).toBe(path.split('/').at(-2));
    expect((await vault.escrow(generation)).entries).toEqual(values);
    expect(readdirSync(temporary.folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

describe('a sweep', () => {
  it('takes old chunks that none names, and nothing that only looks like one', async () => {
    using temporary = temporaryVault();
    const { vault } = await twoChunks(temporary);
    const escrow = join(temporary.folder, 'escrow');
    const digest = 'ab'.repeat(32);
    const stray = join(escrow, 'ab', digest);
    const left = [
      join(escrow, 'ab', `${digest}0`),
      join(escrow, 'ab', `0${digest}`),
      join(escrow, 'ab', 'README'),
      join(escrow, 'abc', digest),
      join(escrow, '0ab', digest),
      join(escrow, 'zz', digest),
      join(escrow, 'ab.txt'),
    ];
    for (const path of [stray, ...left]) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, '');
      makeOld(path, 120 * MINUTE);
    }
    mkdirSync(join(escrow, 'cd', 'cd'.repeat(32)), { recursive: true });
    makeOld(join(escrow, 'cd', 'cd'.repeat(32)), 120 * MINUTE);
    writeFileSync(join(escrow, 'ef'), 'a file in place of a folder');

    await vault.prune();

    expect(existsSync(stray)).toBe(false);
    expect(left.filter((path) => !existsSync(path))).toEqual([]);
    expect(existsSync(join(escrow, 'cd', 'cd'.repeat(32)))).toBe(true);
    expect(filesOf(temporary)).toHaveLength(2 + left.length + 1);
  });
});
