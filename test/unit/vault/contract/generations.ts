import { describe, expect, it } from 'vitest';
import { draftOf, keyNamed } from '../draft-of.ts';
import { cutShort, textAt, writeText } from './reach-in.ts';
import type { VaultPlace } from './vault-place.ts';

/** What the generations of any vault do, wherever it lies. */
export function describeGenerations(kind: string, makePlace: () => Promise<VaultPlace>): void {
  describe(`the generations of a vault in ${kind}`, () => {
    it('are listed as they were added, oldest first, in this and in any other process', async () => {
      await using place = await makePlace();
      const vault = await place.open();

      for (const name of ['a', 'b', 'a']) expect((await vault.add(draftOf(name))).added).toBe(true);

      for (const each of [vault, await place.open({ create: false })]) {
        const { generations, damaged } = await each.list();
        expect(generations.map(({ number }) => number)).toEqual([1, 2, 3]);
        expect(generations.map(({ files }) => files[0]?.content?.reveal())).toEqual(['a', 'b', 'a'].map(keyNamed));
        expect(damaged).toEqual([]);
      }
    });

    it('do not get the content of the newest again', async () => {
      await using place = await makePlace();
      const vault = await place.open();
      const first = await vault.add(draftOf('a'));
      const before = await place.entries();

      const second = await vault.add(draftOf('a', { reason: 'another reason' }));

      expect(second).toEqual({ generation: first.generation, added: false });
      expect(await place.entries()).toEqual(before);
    });

    it('are dated by the wall clock, in UTC', async () => {
      await using place = await makePlace();
      const vault = await place.open({ now: () => new Date('2026-05-06T07:08:09.010Z') });

      const { generation } = await vault.add(draftOf('a'));

      expect(generation.createdAt).toBe('2026-05-06T07:08:09.010Z');
    });

    it('get different numbers from writers at the same time, and equal contents one', async () => {
      await using place = await makePlace();
      const vaults = await Promise.all(Array.from({ length: 6 }, () => place.open()));

      await Promise.all(vaults.map((vault, index) => vault.add(draftOf(`key ${index % 3}`))));

      const { generations, damaged } = await (await place.open()).list();
      expect(damaged).toEqual([]);
      expect(generations.map(({ number }) => number)).toEqual(generations.map((_, index) => index + 1));
      expect(new Set(generations.map(({ fingerprint }) => fingerprint)).size).toBe(3);
    });

    it('are of one instance', async () => {
      await using place = await makePlace();
      const vault = await place.open();

      await expect(vault.add(draftOf('a', { instance: 'other' }))).rejects.toMatchObject({ code: 'vault-foreign' });
    });

    it('cannot be added by who came to look only', async () => {
      await using place = await makePlace();
      await (await place.open()).add(draftOf('a'));
      const before = await place.entries();
      const vault = await place.open({ create: false });

      await expect(vault.add(draftOf('b'))).rejects.toMatchObject({ code: 'vault-unwritable' });
      await expect(vault.prune()).rejects.toMatchObject({ code: 'vault-unwritable' });
      expect(await place.entries()).toEqual(before);
    });

    it('that are damaged cost only themselves, each named with its reason, and no number is used twice', async () => {
      await using place = await makePlace();
      const vault = await place.open();
      for (const name of ['a', 'b', 'c', 'd']) await vault.add(draftOf(name));
      const [first, second, third, fourth, fifth] = [1, 2, 3, 4, 5].map((each) => place.generationEntry(each));
      await cutShort(place, first ?? '', 200);
      await writeText(place, second ?? '', (await textAt(place, second ?? '')).replace('10.0', '11.0'));
      await place.edit(third ?? '', null);
      await writeText(place, fifth ?? '', await textAt(place, fourth ?? ''));

      const { generations, damaged } = await vault.list();
      const { generation } = await vault.add(draftOf('e'));

      expect(generations.map(({ number }) => number)).toEqual([4]);
      expect(damaged.map(({ file }) => file.slice(-12))).toEqual(
        [first, second, fifth].map((each) => each?.slice(-12)),
      );
      expect(damaged.map(({ reason }) => reason)).toEqual([
        expect.stringMatching(/^is truncated, or not /),
        'does not match its own SHA-256',
        'says that it is number 4',
      ]);
      expect(generation.number).toBe(6);
    });

    it('that were repaired by hand are damaged no longer', async () => {
      await using place = await makePlace();
      const vault = await place.open();
      await vault.add(draftOf('a'));
      const entry = place.generationEntry(1);
      const good = (await place.entries()).get(entry) ?? null;
      await cutShort(place, entry, 10);
      expect((await vault.list()).generations).toEqual([]);

      await place.edit(entry, good);

      expect((await vault.list()).generations).toHaveLength(1);
    });

    it('of a later release are neither listed nor added to, and the error names that release', async () => {
      await using place = await makePlace();
      const vault = await place.open();
      await vault.add(draftOf('a'));
      await writeText(place, place.generationEntry(2), laterFormat());
      const before = await place.entries();
      const newer = { code: 'vault-newer-format', message: expect.stringContaining('Keykeeper 2.3.0 or later') };

      await expect(vault.list()).rejects.toMatchObject(newer);
      await expect(vault.add(draftOf('b'))).rejects.toMatchObject(newer);
      await expect(vault.prune()).rejects.toMatchObject(newer);
      expect(await place.entries()).toEqual(before);
    });

    it('go when newer ones hold the same, and the last of anything stays', async () => {
      await using place = await makePlace();
      let now = Date.parse('2020-01-01T00:00:00Z');
      const vault = await place.open({ now: () => new Date(now) });
      for (let day = 0; day < 60; day += 1) {
        await vault.add(draftOf(day === 0 ? 'rare' : 'a', { verdict: day % 2 === 0 ? 'sound' : 'unproven' }));
        now += 1000;
      }

      const removed = await vault.prune();

      const { generations } = await vault.list();
      expect(removed.map(({ number }) => number)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10]);
      expect(generations.map(({ number }) => number)).toEqual([1, ...Array.from({ length: 50 }, (_, at) => at + 11)]);
    });
  });
}

/** Whole by its own hash (computed with sha256sum), of format 2. */
function laterFormat(): string {
  return [
    '{',
    '  "keykeeper": "generation",',
    '  "format": 2,',
    '  "readableFrom": "2.3.0",',
    '  "sha256": "b89a23f0ad82b767dc6d2c5808083fce4be2f0a80cacb35b9bb3083c4cd2c6ca"',
    '}',
    '',
  ].join('\n');
}
