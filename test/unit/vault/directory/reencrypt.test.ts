import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../../src/core/secret.ts';
import type { DirectoryVaultOptions } from '../../../../src/vault/directory/open-directory-vault.ts';
import type { ReencryptOptions, Vault } from '../../../../src/vault/vault.ts';
import { contentsOf } from '../archive/archive-of.ts';
import { draftOf, entryOf, keyNamed } from '../draft-of.ts';
import { type TemporaryVault, temporaryVault } from '../temporary-vault.ts';

type Keys = Pick<DirectoryVaultOptions, 'recipients' | 'identity'>;

interface Person {
  readonly recipient: string;
  readonly identity: string;
}

async function person(): Promise<Person> {
  const identity = await generateX25519Identity();
  return { identity, recipient: await identityToRecipient(identity) };
}

const keysOf = (writesTo: readonly Person[], reads: readonly Person[]): Keys => ({
  recipients: writesTo.map((each) => each.recipient),
  identity: reads.length === 0 ? null : new Secret(reads.map((each) => each.identity).join('\n')),
});

/** Three generations, an escrow of two chunks, a record that is confidential and one that is not. */
async function fill(vault: Vault): Promise<void> {
  for (const name of ['a', 'b', 'c']) {
    await vault.add(draftOf(name, { escrow: [entryOf(1, `sealed ${name}`), entryOf(900, 'unchanged')] }));
  }
  await vault.keepRecord('rescue-undo', { at: '2026-01-02T03:04:05Z', old: ['row'] }, { confidential: true });
  await vault.keepRecord('chronicle', [], { confidential: false });
}

const reencrypt = (vault: Vault, options: Partial<ReencryptOptions> = {}) =>
  vault.reencrypt({ dryRun: false, toOthers: false, signal: new AbortController().signal, ...options });

/** Every file of the vault that holds something, by name. */
function filesOf({ folder }: TemporaryVault): ReadonlyMap<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
  return new Map(
    names.map(({ parentPath, name }) => [join(parentPath, name), readFileSync(join(parentPath, name), 'latin1')]),
  );
}

function holdsKey(place: TemporaryVault, name: string): boolean {
  const key = keyNamed(name).toString('base64');
  return [...filesOf(place).values()].some((text) => text.includes(key));
}

describe('encrypting a vault anew', () => {
  it('encrypts one that was in clear, under the same numbers and ids, and leaves no key readable in it', async () => {
    using place = temporaryVault();
    const [alice] = [await person()];
    await fill(await place.open());
    const before = await contentsOf(await place.open());

    const done = await reencrypt(await place.open(keysOf([alice], [alice])));

    expect(done).toEqual({ generations: 3, chunks: 4, records: 1, damaged: [], verified: true });
    expect(await contentsOf(await place.open(keysOf([alice], [alice])))).toEqual(before);
    for (const name of ['a', 'b', 'c']) expect(holdsKey(place, name)).toBe(false);
    const stranger = await (await place.open()).list();
    expect(stranger.generations.map(({ number, sealed }) => [number, sealed])).toEqual([
      [1, true],
      [2, true],
      [3, true],
    ]);
    expect(await (await place.open()).record('rescue-undo')).toEqual({ kind: 'sealed' });
    expect((await (await place.open()).record('chronicle')).kind).toBe('present');
  });

  it('tells of a file that became unreadable after all had been opened, for it stays as it was', async () => {
    using place = temporaryVault();
    const alice = await person();
    await fill(await place.open());
    const isChunk = (path: string) => path.includes('/escrow/');
    const inClear = (path: string) =>
      readFileSync(path)
        .subarray(0, 2)
        .equals(Buffer.from([0x1f, 0x8b]));
    let spoilt = '';
    const onProgress = () => {
      spoilt ||= [...filesOf(place).keys()].filter((path) => isChunk(path) && inClear(path))[0] ?? '';
      writeFileSync(spoilt, 'spoilt');
    };

    const done = await reencrypt(await place.open(keysOf([alice], [alice])), { onProgress });

    expect(done.damaged.map(({ file }) => file)).toEqual([spoilt]);
    expect(done.chunks).toBe(3);
  });

  it('says of a generation that it lies in clear in a vault that encrypts, until it is done', async () => {
    using place = temporaryVault();
    const alice = await person();
    await fill(await place.open());
    const keys = keysOf([alice], [alice]);
    const exposed = async () => (await (await place.open(keys)).list()).generations.filter((each) => each.exposed);
    const before = await exposed();

    await reencrypt(await place.open(keys));

    expect(before).toHaveLength(3);
    expect(await exposed()).toEqual([]);
  });

  it('adds a recipient and takes one away', async () => {
    using place = temporaryVault();
    const [alice, bob] = [await person(), await person()];
    await fill(await place.open(keysOf([alice], [alice])));
    const before = await contentsOf(await place.open(keysOf([alice], [alice])));

    await reencrypt(await place.open(keysOf([alice, bob], [alice])));
    const forBoth = await contentsOf(await place.open(keysOf([], [bob])));
    await reencrypt(await place.open(keysOf([bob], [alice, bob])));

    expect(forBoth).toEqual(before);
    expect(await contentsOf(await place.open(keysOf([], [bob])))).toEqual(before);
    const { generations } = await (await place.open(keysOf([], [alice]))).list();
    expect(generations.every(({ sealed }) => sealed)).toBe(true);
  });

  it('writes it in clear again, and changes nothing the second time', async () => {
    using place = temporaryVault();
    const alice = await person();
    await fill(await place.open());
    const plain = filesOf(place);
    await reencrypt(await place.open(keysOf([alice], [alice])));

    const first = await reencrypt(await place.open(keysOf([], [alice])));
    const second = await reencrypt(await place.open());

    expect(first.generations).toBe(3);
    expect(second).toEqual({ generations: 0, chunks: 0, records: 0, damaged: [], verified: true });
    for (const [name, text] of plain) if (name.includes('/generations/')) expect(filesOf(place).get(name)).toBe(text);
    expect(await contentsOf(await place.open())).toHaveLength(3);
  });

  it('changes nothing where one file is encrypted to somebody else', async () => {
    using place = temporaryVault();
    const [alice, bob] = [await person(), await person()];
    await fill(await place.open(keysOf([alice], [alice])));
    await (await place.open(keysOf([bob], [bob]))).add(draftOf('d', { escrow: [] }));
    const before = filesOf(place);

    const refused = reencrypt(await place.open(keysOf([bob], [bob])));

    await expect(refused).rejects.toMatchObject({ code: 'vault-identity-missing' });
    expect(filesOf(place)).toEqual(before);
  });

  it('changes nothing where no configured identity would open what it writes, unless told so', async () => {
    using place = temporaryVault();
    const [alice, bob] = [await person(), await person()];
    await fill(await place.open(keysOf([alice], [alice])));
    const before = filesOf(place);
    const vault = await place.open(keysOf([bob], [alice]));

    await expect(reencrypt(vault)).rejects.toMatchObject({ code: 'vault-identity-missing' });
    const unchanged = filesOf(place);
    const done = await reencrypt(vault, { toOthers: true });

    expect(unchanged).toEqual(before);
    expect(done).toMatchObject({ generations: 3, verified: false });
    expect(await contentsOf(await place.open(keysOf([], [bob])))).toHaveLength(3);
  });

  it('changes nothing with a dry run, and counts what it would do', async () => {
    using place = temporaryVault();
    const alice = await person();
    await fill(await place.open());
    const before = filesOf(place);

    const done = await reencrypt(await place.open(keysOf([alice], [alice])), { dryRun: true });

    expect(done).toMatchObject({ generations: 3, chunks: 4, records: 1 });
    expect(filesOf(place)).toEqual(before);
  });

  it('leaves a damaged file as it lies there, tells of it, and does the others', async () => {
    using place = temporaryVault();
    const alice = await person();
    await fill(await place.open());
    const broken = readFileSync(place.generationFile(2)).subarray(0, 100);
    writeFileSync(place.generationFile(2), broken);

    const done = await reencrypt(await place.open(keysOf([alice], [alice])));

    expect(done).toMatchObject({ generations: 2, damaged: [{ file: place.generationFile(2) }] });
    expect(readFileSync(place.generationFile(2))).toEqual(broken);
  });

  it('stops at a signal between two files, and the next time does all', async () => {
    using place = temporaryVault();
    const alice = await person();
    await fill(await place.open());
    const stop = new AbortController();
    const vault = await place.open(keysOf([alice], [alice]));

    const stopped = reencrypt(vault, {
      signal: stop.signal,
      onProgress: (done) => {
        if (done === 5) stop.abort(new Error('stopped'));
      },
    });

    await expect(stopped).rejects.toThrow('stopped');
    expect(await contentsOf(await place.open(keysOf([], [alice])))).toHaveLength(3);
    await reencrypt(vault);
    expect((await vault.list()).generations.some((each) => each.exposed)).toBe(false);
  });
});
