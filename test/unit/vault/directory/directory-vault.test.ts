import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { draftOf, keyNamed } from '../draft-of.ts';
import { temporaryVault } from '../temporary-vault.ts';

describe('a vault in a directory', () => {
  it('lists what was added, oldest first, in this and in any other process', async () => {
    using temporary = temporaryVault();
    const vault = await temporary.open();

    for (const name of ['a', 'b', 'a']) expect((await vault.add(draftOf(name))).added).toBe(true);

    for (const each of [vault, await temporary.open({ create: false })]) {
      const { generations, damaged } = await each.list();
      expect(generations.map(({ number }) => number)).toEqual([1, 2, 3]);
      expect(generations.map(({ files }) => files[0]?.content?.reveal())).toEqual(['a', 'b', 'a'].map(keyNamed));
      expect(damaged).toEqual([]);
    }
  });

  it('does not add the content of the newest again', async () => {
    using temporary = temporaryVault();
    const vault = await temporary.open();
    const first = await vault.add(draftOf('a'));

    const second = await vault.add(draftOf('a', { reason: 'another reason' }));

    expect(second).toEqual({ generation: first.generation, added: false });
    expect(readdirSync(dirname(temporary.generationFile(1)))).toEqual(['000001.json']);
  });

  it('dates generations by the wall clock, in UTC', async () => {
    using temporary = temporaryVault();
    const vault = await temporary.open({ now: () => new Date('2026-05-06T07:08:09.010Z') });

    const { generation } = await vault.add(draftOf('a'));

    expect(generation.createdAt).toBe('2026-05-06T07:08:09.010Z');
  });

  it('gives writers in one process different numbers, and equal contents one', async () => {
    using temporary = temporaryVault();
    const vaults = await Promise.all(Array.from({ length: 6 }, () => temporary.open()));

    await Promise.all(vaults.map((vault, index) => vault.add(draftOf(`key ${index % 3}`))));

    const { generations, damaged } = await (await temporary.open()).list();
    expect(damaged).toEqual([]);
    expect(generations.map(({ number }) => number)).toEqual(generations.map((_, index) => index + 1));
    expect(new Set(generations.map(({ fingerprint }) => fingerprint)).size).toBe(3);
  });

  it('refuses a generation of another instance', async () => {
    using temporary = temporaryVault();
    const vault = await temporary.open();

    await expect(vault.add(draftOf('a', { instance: 'other' }))).rejects.toMatchObject({ code: 'vault-foreign' });
  });

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

  it('that is repaired by hand is damage no longer', async () => {
    using temporary = temporaryVault();
    const vault = await temporary.open();
    await vault.add(draftOf('a'));
    const good = readFileSync(temporary.generationFile(1));
    truncateSync(temporary.generationFile(1), 10);
    expect((await vault.list()).generations).toEqual([]);

    writeFileSync(temporary.generationFile(1), good);

    expect((await vault.list()).generations).toHaveLength(1);
  });
});

describe('a vault that a later release has written to', () => {
  it('is neither listed nor written, and the error names that release', async () => {
    using temporary = temporaryVault();
    const vault = await temporary.open();
    await vault.add(draftOf('a'));
    writeFileSync(temporary.generationFile(2), laterFormat());

    const newer = { code: 'vault-newer-format', message: expect.stringContaining('Keykeeper 2.3.0 or later') };

    await expect(vault.list()).rejects.toMatchObject(newer);
    await expect(vault.add(draftOf('b'))).rejects.toMatchObject(newer);
    await expect(vault.prune()).rejects.toMatchObject(newer);
    expect(readdirSync(dirname(temporary.generationFile(1)))).toEqual(['000001.json', '000002.json']);
  });
});

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
