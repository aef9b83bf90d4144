import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createEnvelope } from '../../../../src/vault/age-envelope.ts';
import { FileMemory, vaultMemory } from '../../../../src/vault/directory/file-memory.ts';
import { createGenerationStore } from '../../../../src/vault/directory/generation-store.ts';
import { instanceFolder } from '../../../../src/vault/directory/instance-folder.ts';
import type { Decoded } from '../../../../src/vault/generation-format.ts';
import { draftOf } from '../draft-of.ts';
import { type TemporaryVault, temporaryVault } from '../temporary-vault.ts';

function storeOf({ path }: TemporaryVault) {
  const place = instanceFolder(path, 'glpi', null);
  return { place, store: createGenerationStore(place, 'glpi', createEnvelope([], null), vaultMemory().generations) };
}

describe('the generations of a directory', () => {
  it('are read in the order of their numbers, whatever that of their names', async () => {
    using temporary = temporaryVault();
    const vault = await temporary.open();
    for (const name of ['a', 'b', 'c']) await vault.add(draftOf(name));
    const { store } = storeOf(temporary);
    const large = [999_999, 1_000_000, 9_999_999];
    for (const number of large) store.write(number, Buffer.from('no generation'));

    const { damaged, highest, taken, records } = await store.read();

    expect(records.map(({ generation }) => generation.number)).toEqual([1, 2, 3]);
    expect(damaged.map(({ file }) => file.replace(/.*\//, ''))).toEqual(large.map((number) => `${number}.json`));
    expect([highest, [...taken]]).toEqual([9_999_999, [1, 2, 3, ...large]]);
  });

  it('name what is none of them, in the order of the alphabet', async () => {
    using temporary = temporaryVault();
    await temporary.open();
    const { store, place } = storeOf(temporary);
    const strange = ['z', '12345.json', '0000000001.json', 'a', '000001.json.bak', 'x000001.json'];
    for (const name of strange) writeFileSync(join(place.generations, name), '');

    const { damaged, taken } = await store.read();

    const expected = strange
      .toSorted()
      .map((name) => ({ file: join(place.generations, name), reason: 'is not a generation' }));
    expect(damaged).toEqual(expected);
    expect(taken.size).toBe(0);
  });

  it('end with the highest number that a name may have', () => {
    using temporary = temporaryVault();
    const { store, place } = storeOf(temporary);
    mkdirSync(place.generations, { recursive: true });

    expect(store.write(999_999_999, Buffer.from('last'))).toBe(true);
    expect(() => store.write(1_000_000_000, Buffer.from('one more'))).toThrow(
      expect.objectContaining({
        code: 'vault-unwritable',
        message: 'the vault has used up its numbers',
        target: place.generations,
        expected: 'numbers up to 999999999',
      }),
    );
  });

  it('are never written over, and give their bytes as they are', () => {
    using temporary = temporaryVault();
    const { store, place } = storeOf(temporary);
    mkdirSync(join(place.generations, '000002.json'), { recursive: true });

    expect([store.write(1, Buffer.from('first')), store.write(1, Buffer.from('second'))]).toEqual([true, false]);

    expect(store.bytes(1)).toEqual(Buffer.from('first'));
    expect(store.bytes(3)).toBeNull();
    expect(() => store.bytes(2)).toThrow(
      expect.objectContaining({
        code: 'vault-unreadable',
        message: 'a file of the vault is not a regular file',
        target: join(place.generations, '000002.json'),
      }),
    );
  });

  it('are none where their folder is gone, and cannot be read where a file has its name', async () => {
    using temporary = temporaryVault();
    await temporary.open();
    const { store, place } = storeOf(temporary);
    rmSync(place.generations, { recursive: true });
    expect(await store.read()).toEqual({ records: [], damaged: [], highest: 0, taken: new Set() });
    writeFileSync(place.generations, '');

    await expect(store.read()).rejects.toMatchObject({
      code: 'vault-unreadable',
      message: 'cannot read the vault (ENOTDIR)',
      target: place.generations,
    });
  });

  it('that another keeper prunes while they are read are passed over', async () => {
    using temporary = temporaryVault();
    const vault = await temporary.open();
    for (const name of ['a', 'b']) await vault.add(draftOf(name));
    const { place } = storeOf(temporary);
    class PrunedMeanwhile extends FileMemory<Decoded> {
      override remember(path: string, version: string, content: Decoded): void {
        super.remember(path, version, content);
        rmSync(temporary.generationFile(2), { force: true });
      }
    }
    const store = createGenerationStore(place, 'glpi', createEnvelope([], null), new PrunedMeanwhile(() => 0));

    const { records, damaged, taken } = await store.read();

    expect([records.length, damaged]).toEqual([1, []]);
    expect([...taken]).toEqual([1, 2]);
  });

  it('are replaced and removed by their numbers, absent ones without a word', async () => {
    using temporary = temporaryVault();
    const vault = await temporary.open();
    for (const name of ['a', 'b']) await vault.add(draftOf(name));
    const { store } = storeOf(temporary);
    const second = store.bytes(2);

    store.replace(2, Buffer.from('other'));
    expect(store.bytes(2)).toEqual(Buffer.from('other'));
    store.replace(2, second ?? Buffer.alloc(0));
    store.remove([1, 7]);
    store.remove([]);

    expect((await store.read()).records.map(({ generation }) => generation.number)).toEqual([2]);
    renameSync(temporary.generationFile(2), temporary.generationFile(3));
    expect((await store.read()).damaged).toHaveLength(1);
  });
});
