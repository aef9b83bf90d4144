import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { describe, expect, it } from 'vitest';
import type { EscrowEntry } from '../../../../src/core/generation.ts';
import { Secret } from '../../../../src/core/secret.ts';
import { draftOf, entryOf } from '../draft-of.ts';
import { chunkNames, cutShort } from './reach-in.ts';
import type { VaultPlace } from './vault-place.ts';

/** Values in three chunks: ids 0 to 255, 256 to 511, 512 to 767. */
function threeChunks(changed = ''): EscrowEntry[] {
  return [entryOf(1, `one${changed}`), entryOf(300, 'two'), entryOf(600, 'three')];
}

/** What the escrow of any vault does, wherever it lies. */
export function describeEscrow(kind: string, makePlace: () => Promise<VaultPlace>): void {
  describe(`the escrow of a vault in ${kind}`, () => {
    it('is read back whole, and unchanged values are stored once', async () => {
      await using place = await makePlace();
      const vault = await place.open();
      await vault.add(draftOf('a', { escrow: threeChunks() }));
      const before = await chunkNames(place);

      const { generation } = await vault.add(draftOf('a', { escrow: threeChunks(' changed') }));

      expect(await chunkNames(place)).toHaveLength(before.length + 1);
      const { entries, damaged } = await vault.escrow(generation);
      expect(entries.map(({ value }) => value)).toEqual(['one changed', 'two', 'three']);
      expect(damaged).toEqual([]);
    });

    it('gives back the entries that are asked for', async () => {
      await using place = await makePlace();
      const vault = await place.open();
      const { generation } = await vault.add(draftOf('a', { escrow: threeChunks() }));

      const { entries, damaged } = await vault.escrow(generation, ({ id }) => id !== 300);

      expect(entries.map(({ value }) => value)).toEqual(['one', 'three']);
      expect(damaged).toEqual([]);
    });

    it('is inherited from the newest generation that has one', async () => {
      await using place = await makePlace();
      const vault = await place.open();
      await vault.add(draftOf('a', { escrow: threeChunks() }));
      await vault.add(draftOf('b', { escrow: [] }));

      const { generation } = await vault.add(draftOf('c', { escrow: 'inherit' }));

      expect(generation.escrowCount).toBe(3);
      expect((await vault.escrow(generation)).entries).toEqual(threeChunks());
    });

    it('with a missing and a damaged chunk loses only their values, and says which', async () => {
      await using place = await makePlace();
      const vault = await place.open();
      const { generation } = await vault.add(draftOf('a', { escrow: threeChunks() }));
      const [first = '', second = ''] = await chunkNames(place);
      await place.edit(first, null);
      await cutShort(place, second, 20);

      const { entries, damaged } = await vault.escrow(generation);

      expect(entries).toHaveLength(1);
      expect(new Map(damaged.map(({ file, reason }) => [file.slice(-64), reason]))).toEqual(
        new Map([
          [first.slice(-64), 'is missing'],
          [second.slice(-64), 'does not match the SHA-256 in its name'],
        ]),
      );
    });

    it('is made whole by the next capture of the same values', async () => {
      await using place = await makePlace();
      const vault = await place.open();
      const { generation } = await vault.add(draftOf('a', { escrow: threeChunks() }));
      const [first = '', second = ''] = await chunkNames(place);
      await place.edit(first, null);
      await place.edit(second, Buffer.from('nonsense'));
      await vault.escrow(generation);

      const again = await vault.add(draftOf('a', { escrow: threeChunks() }));

      expect(again.added).toBe(false);
      expect((await vault.escrow(generation)).damaged).toEqual([]);
    });

    it('is pruned of what no generation names, and of nothing else', async () => {
      await using place = await makePlace();
      const vault = await place.open();
      const { generation } = await vault.add(draftOf('a', { escrow: threeChunks() }));
      const named = await chunkNames(place);
      const changed = await vault.add(draftOf('a', { escrow: threeChunks(' changed') }));
      await place.edit(place.generationEntry(changed.generation.number), null);

      await (await place.open({ now: () => new Date(Date.now() + 2 * 60 * 60 * 1000) })).prune();

      expect(await chunkNames(place)).toEqual(named);
      expect((await vault.escrow(generation)).entries).toEqual(threeChunks());
    });

    it('is encrypted where there are recipients, and needs the identity', async () => {
      await using place = await makePlace();
      const identity = await generateX25519Identity();
      const recipients = [await identityToRecipient(identity)];
      const writer = await place.open({ recipients });
      const { generation } = await writer.add(draftOf('a', { escrow: threeChunks() }));

      const reader = await place.open({ identity: new Secret(identity), create: false });

      const [chunk = ''] = await chunkNames(place);
      expect((await place.entries()).get(chunk)?.toString('latin1')).toMatch(/^age-encryption\.org\/v1\n/);
      expect((await reader.escrow(generation)).entries).toEqual(threeChunks());
      await expect(writer.escrow(generation)).rejects.toMatchObject({ code: 'vault-identity-missing' });
    });

    it('tells what stood at a place before', async () => {
      await using place = await makePlace();
      const vault = await place.open();
      for (const value of ['old', 'new']) await vault.add(draftOf('a', { escrow: [entryOf(1, value)] }));

      const { values, damaged } = await vault.history();

      const found = [...values.values()].map((past) => past.map((each) => [each.value, each.generation]));
      expect(found).toEqual([
        [
          ['new', 2],
          ['old', 1],
        ],
      ]);
      expect(damaged).toEqual([]);
    });
  });
}
