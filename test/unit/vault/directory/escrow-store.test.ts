import { readdirSync, rmSync, statSync, truncateSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { EscrowEntry } from '../../../../src/core/generation.ts';
import { draftOf, entryOf } from '../draft-of.ts';
import { type TemporaryVault, temporaryVault } from '../temporary-vault.ts';

const HOUR = 60 * 60 * 1000;

/** Values in three chunks: ids 0 to 255, 256 to 511, 512 to 767. */
function threeChunks(changed = ''): EscrowEntry[] {
  return [entryOf(1, `one${changed}`), entryOf(300, 'two'), entryOf(600, 'three')];
}

function chunkFiles({ folder }: TemporaryVault): string[] {
  const escrow = join(folder, 'escrow');
  return readdirSync(escrow, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function makeChunksOld(temporary: TemporaryVault): void {
  const old = Date.now() / 1000 - 7200;
  for (const path of chunkFiles(temporary)) utimesSync(path, old, old);
}

function chunkWith(temporary: TemporaryVault, names: readonly string[]): string {
  const found = chunkFiles(temporary).find((path) => !names.includes(path));
  if (found === undefined) throw new Error('no such chunk');
  return found;
}

describe('pruning', () => {
  it('removes repeated generations, and chunks that none names once they are an hour old', async () => {
    using temporary = temporaryVault();
    let now = Date.parse('2026-01-01T00:00:00Z');
    const vault = await temporary.open({ now: () => new Date(now) });
    await vault.add(draftOf('a', { escrow: [entryOf(1, 'first')] }));
    const [first] = chunkFiles(temporary);
    for (let count = 0; count < 51; count += 1) await vault.add(draftOf('a', { escrow: [entryOf(2, `${count}`)] }));
    now = Date.now() + 90 * 24 * HOUR;

    const removed = await vault.prune();

    expect(removed.map(({ number }) => number)).toEqual([1, 2]);
    expect((await vault.list()).generations).toHaveLength(50);
    expect(chunkFiles(temporary)).toHaveLength(50);
    expect(chunkFiles(temporary)).not.toContain(first);
  });

  it('never takes a chunk younger than an hour: its generation may be on the way', async () => {
    using temporary = temporaryVault();
    const vault = await temporary.open();
    await vault.add(draftOf('a', { escrow: threeChunks() }));
    const named = chunkFiles(temporary);
    await vault.add(draftOf('a', { escrow: threeChunks(' changed') }));
    const stray = chunkWith(temporary, named);
    rmSync(temporary.generationFile(2));

    await vault.prune();
    expect(chunkFiles(temporary)).toContain(stray);
    utimesSync(stray, Date.now() / 1000 - 3700, Date.now() / 1000 - 3700);
    await vault.prune();

    expect(chunkFiles(temporary)).toEqual(named);
  });

  it('leaves a stray chunk that a writer has just taken up again', async () => {
    using temporary = temporaryVault();
    const vault = await temporary.open();
    await vault.add(draftOf('a', { escrow: threeChunks() }));
    makeChunksOld(temporary);

    await vault.add(draftOf('b', { escrow: threeChunks() }));

    for (const path of chunkFiles(temporary)) expect(statSync(path).mtimeMs).toBeGreaterThan(Date.now() - HOUR);
  });

  it('leaves the chunks of a generation that has just inherited them', async () => {
    using temporary = temporaryVault();
    const vault = await temporary.open();
    await vault.add(draftOf('a', { escrow: threeChunks() }));
    makeChunksOld(temporary);

    await vault.add(draftOf('b', { escrow: 'inherit' }));

    expect(chunkFiles(temporary)).toHaveLength(3);
    for (const path of chunkFiles(temporary)) expect(statSync(path).mtimeMs).toBeGreaterThan(Date.now() - HOUR);
  });

  it('takes no chunk while a damaged generation cannot say which it names', async () => {
    using temporary = temporaryVault();
    const vault = await temporary.open();
    await vault.add(draftOf('a', { escrow: threeChunks() }));
    await vault.add(draftOf('b', { escrow: [] }));
    truncateSync(temporary.generationFile(1), 100);
    makeChunksOld(temporary);

    await vault.prune();

    expect(chunkFiles(temporary)).toHaveLength(3);
  });
});
