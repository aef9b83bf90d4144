import { copyFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { draftOf } from '../draft-of.ts';
import { temporaryVault } from '../temporary-vault.ts';

describe('a vault in a directory', () => {
  it('comes back empty, and can be written, when everything in it was deleted under its feet', async () => {
    using temporary = temporaryVault();
    const vault = await temporary.open();
    await vault.add(draftOf('a'));
    rmSync(temporary.folder, { recursive: true });

    expect(await vault.list()).toEqual({ generations: [], damaged: [] });
    expect((await vault.add(draftOf('a'))).generation.number).toBe(1);
  });

  it('says that it is missing when its directory went away', async () => {
    using temporary = temporaryVault();
    const vault = await temporary.open();
    rmSync(temporary.path, { recursive: true });

    await expect(vault.list()).rejects.toMatchObject({ code: 'vault-missing' });
    await expect(vault.add(draftOf('a'))).rejects.toMatchObject({ code: 'vault-missing' });
  });
});

describe('damage in a vault', () => {
  it('costs only the files concerned, each named with its reason, and no number is used twice', async () => {
    using temporary = temporaryVault();
    const vault = await temporary.open();
    for (const name of ['a', 'b', 'c', 'd', 'e']) await vault.add(draftOf(name));
    truncateSync(temporary.generationFile(1), 200);
    writeFileSync(
      temporary.generationFile(2),
      readFileSync(temporary.generationFile(2), 'utf8').replace('10.0', '11.0'),
    );
    rmSync(temporary.generationFile(3));
    symlinkSync(temporary.generationFile(4), temporary.generationFile(3));
    copyFileSync(temporary.generationFile(4), temporary.generationFile(6));
    mkdirSync(temporary.generationFile(7));
    writeFileSync(`${dirname(temporary.generationFile(1))}/notes.txt`, 'mine');

    const { generations, damaged } = await vault.list();
    const { generation } = await vault.add(draftOf('f'));

    expect(generations.map(({ number }) => number)).toEqual([4, 5]);
    expect(damaged.map(({ file, reason }) => `${file.split('/').at(-1)} ${reason}`)).toEqual([
      '000001.json is truncated, or not a generation',
      '000002.json does not match its own SHA-256',
      '000003.json is a symbolic link',
      '000006.json says that it is number 4',
      '000007.json is not a regular file',
      'notes.txt is not a generation',
    ]);
    expect(generation.number).toBe(8);
  });
});
