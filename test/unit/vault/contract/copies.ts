import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../../src/core/secret.ts';
import { exportFolder, exportTo, importFrom } from '../archive/archive-of.ts';
import { draftOf, entryOf, keyNamed } from '../draft-of.ts';
import { chunkNames } from './reach-in.ts';
import type { VaultPlace } from './vault-place.ts';

/** What leads out of any vault and into any vault. */
export function describeCopies(kind: string, makePlace: () => Promise<VaultPlace>): void {
  describe(`a copy of a vault in ${kind}`, () => {
    it('gives everything back in an empty vault', async () => {
      await using place = await makePlace();
      await using other = await makePlace();
      using folder = exportFolder();
      const vault = await place.open();
      for (const value of ['old', 'new']) await vault.add(draftOf(value, { escrow: [entryOf(1, value)] }));
      await vault.keepRecord('receipts', ['answer'], { confidential: false });
      await exportTo(folder.file, vault);

      const taken = await importFrom(folder.file, await other.open());

      const copy = await other.open();
      expect(taken).toMatchObject({ known: 0, moved: [], chunks: 2, records: ['receipts'] });
      expect(await copy.list()).toMatchObject(await vault.list());
      expect([...(await copy.history()).values.values()]).toEqual([...(await vault.history()).values.values()]);
    });

    it('brings what another vault lacks, with the newest still the newest', async () => {
      await using place = await makePlace();
      await using other = await makePlace();
      using folder = exportFolder();
      const day = (number: number) => () => new Date(Date.UTC(2026, 0, number));
      await (await place.open({ now: day(1) })).add(draftOf('first'));
      await (await place.open({ now: day(3) })).add(draftOf('third'));
      await (await other.open({ now: day(2) })).add(draftOf('second'));
      await exportTo(folder.file, await place.open());

      const taken = await importFrom(folder.file, await other.open());

      const { generations } = await (await other.open()).list();
      expect(generations.map(({ files }) => files[0]?.content?.reveal())).toEqual(
        ['first', 'second', 'third'].map(keyNamed),
      );
      expect(taken.generations).toHaveLength(2);
      expect(await importFrom(folder.file, await other.open())).toMatchObject({ generations: [], chunks: 0 });
    });

    it('mends what was damaged since in the vault that it was made of', async () => {
      await using place = await makePlace();
      using folder = exportFolder();
      const vault = await place.open();
      const { generation } = await vault.add(draftOf('a', { escrow: [entryOf(1, 'one'), entryOf(300, 'two')] }));
      await exportTo(folder.file, vault);
      const [chunk = ''] = await chunkNames(place);
      await place.edit(chunk, Buffer.from('nonsense'));

      const taken = await importFrom(folder.file, await place.open());

      expect(taken).toMatchObject({ generations: [], chunks: 1 });
      const { entries, damaged } = await (await place.open()).escrow(generation);
      expect(entries.map(({ value }) => value)).toEqual(['one', 'two']);
      expect(damaged).toEqual([]);
    });

    it('is encrypted anew where the recipients changed, under the same numbers and ids', async () => {
      await using place = await makePlace();
      const identity = await generateX25519Identity();
      const keys = { recipients: [await identityToRecipient(identity)], identity: new Secret(identity) };
      await (await place.open()).add(draftOf('a'));
      const before = await (await place.open()).list();
      const options = { dryRun: false, toOthers: false, signal: new AbortController().signal };

      const done = await (await place.open(keys)).reencrypt(options);

      const after = await (await place.open(keys)).list();
      expect(done).toMatchObject({ generations: 1, chunks: 1, verified: true, damaged: [] });
      expect(after.generations.map(({ id, number }) => [id, number])).toEqual(
        before.generations.map(({ id, number }) => [id, number]),
      );
      expect((await (await place.open({ create: false })).list()).generations[0]?.sealed).toBe(true);
      const [chunk = ''] = await chunkNames(place);
      expect((await place.entries()).get(chunk)?.toString('latin1')).toMatch(/^age-encryption\.org\/v1\n/);
    });
  });
}
