import { readdirSync, readFileSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { describe, expect, it } from 'vitest';
import type { EscrowEntry } from '../../../../src/core/generation.ts';
import { Secret } from '../../../../src/core/secret.ts';
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

function chunkWith(temporary: TemporaryVault, names: readonly string[]): string {
  const found = chunkFiles(temporary).find((path) => !names.includes(path));
  if (found === undefined) throw new Error('no such chunk');
  return found;
}

describe('the escrow of a generation', () => {
  it('is read back whole, and unchanged values are stored once', async () => {
    using temporary = temporaryVault();
    const vault = await temporary.open();
    await vault.add(draftOf('a', { escrow: threeChunks() }));
    const before = chunkFiles(temporary);

    const { generation } = await vault.add(draftOf('a', { escrow: threeChunks(' changed') }));

    expect(chunkFiles(temporary)).toHaveLength(before.length + 1);
    expect((await vault.escrow(generation)).entries.map(({ value }) => value)).toEqual(['one changed', 'two', 'three']);
    expect(statSync(before[0] ?? '').mode & 0o777).toBe(0o600);
  });

  it('is inherited from the newest generation that has one', async () => {
    using temporary = temporaryVault();
    const vault = await temporary.open();
    await vault.add(draftOf('a', { escrow: threeChunks() }));
    await vault.add(draftOf('b', { escrow: [] }));

    const { generation } = await vault.add(draftOf('c', { escrow: 'inherit' }));

    expect(generation.escrowCount).toBe(3);
    expect((await vault.escrow(generation)).entries).toEqual(threeChunks());
  });

  it('with a missing and a damaged chunk loses only their values, and says which', async () => {
    using temporary = temporaryVault();
    const vault = await temporary.open();
    const { generation } = await vault.add(draftOf('a', { escrow: threeChunks() }));
    const [first, second] = chunkFiles(temporary);
    rmSync(first ?? '');
    truncateSync(second ?? '', 20);

    const { entries, damaged } = await vault.escrow(generation);

    expect(entries).toHaveLength(1);
    expect(new Map(damaged.map(({ file, reason }) => [file, reason]))).toEqual(
      new Map([
        [first, 'is missing'],
        [second, 'does not match the SHA-256 in its name'],
      ]),
    );
  });

  it('is made whole by the next capture of the same values', async () => {
    using temporary = temporaryVault();
    const vault = await temporary.open();
    const { generation } = await vault.add(draftOf('a', { escrow: threeChunks() }));
    const [first, second] = chunkFiles(temporary);
    rmSync(first ?? '');
    writeFileSync(second ?? '', 'nonsense');
    await vault.escrow(generation);

    const again = await vault.add(draftOf('a', { escrow: threeChunks() }));

    expect(again.added).toBe(false);
    expect((await vault.escrow(generation)).damaged).toEqual([]);
  });

  it('is encrypted where there are recipients, and needs the identity', async () => {
    using temporary = temporaryVault();
    const identity = await generateX25519Identity();
    const recipients = [await identityToRecipient(identity)];
    const writer = await temporary.open({ recipients });
    const { generation } = await writer.add(draftOf('a', { escrow: threeChunks() }));

    const reader = await temporary.open({ identity: new Secret(identity), create: false });

    expect(readFileSync(chunkFiles(temporary)[0] ?? '', 'latin1')).toMatch(/^age-encryption\.org\/v1\n/);
    expect((await reader.escrow(generation)).entries).toEqual(threeChunks());
    await expect(writer.escrow(generation)).rejects.toMatchObject({ code: 'vault-identity-missing' });
  });
});

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
    const old = Date.now() / 1000 - 7200;
    for (const path of chunkFiles(temporary)) utimesSync(path, old, old);

    await vault.add(draftOf('b', { escrow: threeChunks() }));

    for (const path of chunkFiles(temporary)) expect(statSync(path).mtimeMs).toBeGreaterThan(Date.now() - HOUR);
  });

  it('takes no chunk while a damaged generation cannot say which it names', async () => {
    using temporary = temporaryVault();
    const vault = await temporary.open();
    await vault.add(draftOf('a', { escrow: threeChunks() }));
    await vault.add(draftOf('b', { escrow: [] }));
    truncateSync(temporary.generationFile(1), 100);
    const old = Date.now() / 1000 - 7200;
    for (const path of chunkFiles(temporary)) utimesSync(path, old, old);

    await vault.prune();

    expect(chunkFiles(temporary)).toHaveLength(3);
  });
});
