import { statSync, truncateSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { extract, type Header, pack } from 'tar-stream';
import { beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '../../../../src/core/secret.ts';
import { createEnvelope } from '../../../../src/vault/age-envelope.ts';
import { openArchive } from '../../../../src/vault/archive/archive-file.ts';
import { digestOfEntries, END_NAME, HEAD_NAME, partNamed } from '../../../../src/vault/archive/archive-shape.ts';
import { checkArchive, readParts } from '../../../../src/vault/archive/read-archive.ts';
import { MARKER } from '../../../../src/vault/marker.ts';
import { draftOf } from '../draft-of.ts';
import { temporaryVault } from '../temporary-vault.ts';
import { exportFolder, exportTo } from './archive-of.ts';

const NOTHING = Buffer.alloc(0);

interface Entry {
  readonly name: string;
  readonly content: Buffer;
  readonly header?: Partial<Header>;
}

/** Of an export with two generations and a record, in its order. */
let whole: readonly Entry[];

beforeAll(async () => {
  using place = temporaryVault();
  using folder = exportFolder();
  const vault = await place.open();
  await vault.add(draftOf('one'));
  await vault.add(draftOf('two'));
  await vault.keepRecord('places', ['somewhere'], { confidential: false });
  await exportTo(folder.file, vault);
  using file = openArchive(folder.file, createEnvelope([], null));
  whole = await unpacked(file.bytes());
});

async function unpacked(bytes: AsyncIterable<Uint8Array>): Promise<Entry[]> {
  const tar = extract();
  const feeding = pipeline(bytes, tar);
  const entries: Entry[] = [];
  for await (const entry of tar) entries.push({ name: entry.header.name, content: await buffer(entry) });
  await feeding;
  return entries;
}

/** The entries as a tar file that is whole as one. */
async function* packed(entries: readonly Entry[]): AsyncGenerator<Uint8Array> {
  const tar = pack();
  for (const { name, content, header } of entries) tar.entry({ name, ...header }, content);
  tar.finalize();
  yield* tar as AsyncIterable<Uint8Array>;
}

async function toTheEnd(pieces: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of pieces);
}

function check(entries: readonly Entry[]) {
  return checkArchive(packed(entries), 'glpi');
}

/** The same with a byte more in one entry. */
function withOtherBytes(at: number): Entry[] {
  return whole.map((each, index) => {
    return index === at ? { ...each, content: Buffer.concat([each.content, Buffer.from(' ')]) } : each;
  });
}

/** The same with an end that states these entries, or with another. */
function ended(entries: readonly Entry[], end: (stated: Stated) => Stated): Entry[] {
  return entries.map((each) => {
    if (each.name !== END_NAME) return each;
    return { ...each, content: Buffer.from(JSON.stringify(end(JSON.parse(`${each.content}`) as Stated))) };
  });
}

type Stated = { entries: Parameters<typeof digestOfEntries>[0]; sha256: string };

describe('an export that is a whole tar file', () => {
  it('is what was exported where nothing in it was changed', async () => {
    const { entries } = await check(whole);

    const names = entries.map(({ name }) => name);
    expect(names).toEqual(whole.slice(0, -1).map(({ name }) => name));
    expect(names.slice(0, 2)).toEqual([HEAD_NAME, `glpi/${MARKER}`]);
  });

  const first = () => whole.findIndex(({ name }) => name.includes('/generations/'));
  it.each<[string, () => readonly Entry[], string]>([
    ['holds nothing', () => [], 'holds nothing'],
    ['has no end', () => whole.slice(0, -1), 'ends before its end'],
    ['goes on after its end', () => [...whole, { name: 'more', content: NOTHING }], 'has something after its end'],
    ['begins with something else', () => whole.slice(1), 'does not begin as an export does'],
    [
      'has a head that is none',
      () => [{ name: HEAD_NAME, content: Buffer.from('head') }, ...whole.slice(1)],
      'does not begin as an export does',
    ],
    ['lacks an entry', () => whole.toSpliced(first(), 1), 'out of place'],
    ['lacks the last one', () => whole.toSpliced(-2, 1), 'lacks "'],
    [
      'holds one more',
      () => whole.toSpliced(-1, 0, { name: 'glpi/records/more.json', content: Buffer.from('{}') }),
      'out of place',
    ],
    [
      'holds two in the place of each other',
      () => whole.toSpliced(first(), 2, whole[first() + 1] as Entry, whole[first()] as Entry),
      'out of place',
    ],
    ['holds other bytes under a name', () => withOtherBytes(first()), 'holds a damaged "'],
    [
      'has an end whose list is not that of its digest',
      () => ended(whole, (stated) => ({ ...stated, entries: stated.entries.map((each) => ({ ...each, size: 1 })) })),
      'has a damaged end',
    ],
    ['has an end of another form', () => ended(whole, () => ({}) as Stated), 'has a damaged end'],
    [
      'holds a link',
      () => [
        ...whole.slice(0, -1),
        { name: 'glpi/link', content: NOTHING, header: { type: 'symlink', linkname: '/etc' } },
      ],
      'holds a symlink ("glpi/link")',
    ],
  ])('is refused where it %s', async (_, entries, reason) => {
    await expect(check(entries())).rejects.toMatchObject({
      code: 'export-damaged',
      message: expect.stringContaining(reason),
      try: expect.stringContaining('another copy'),
    });
  });

  it('is refused where the end states other entries, whole in itself', async () => {
    const fewer = (stated: Stated) => {
      const entries = stated.entries.slice(0, -1);
      return { ...stated, entries, sha256: digestOfEntries(entries) };
    };

    await expect(check(ended(whole, fewer))).rejects.toMatchObject({
      message: expect.stringContaining('out of place'),
    });
  });

  it('is refused where it changed between the check and the reading', async () => {
    const contents = await check(whole);

    const parts = readParts(packed(withOtherBytes(first())), contents);

    await expect(toTheEnd(parts)).rejects.toMatchObject({
      message: expect.stringContaining('changed while it was read'),
    });
  });
});

describe('an encrypted export', () => {
  it('is refused where it is cut short, by the name of the file', async () => {
    using place = temporaryVault();
    using folder = exportFolder();
    const vault = await place.open();
    await vault.add(draftOf('one'));
    const identity = await generateX25519Identity();
    await exportTo(folder.file, vault, { recipients: [await identityToRecipient(identity)] });
    truncateSync(folder.file, statSync(folder.file).size - 1);
    using file = openArchive(folder.file, createEnvelope([], new Secret(identity)));

    await expect(toTheEnd(file.bytes())).rejects.toMatchObject({
      code: 'export-damaged',
      target: folder.file,
      try: expect.stringContaining('another copy'),
    });
  });
});

describe('an entry', () => {
  const chunk = 'a'.repeat(64);

  it.each([
    [`glpi/escrow/aa/${chunk}`, 'chunk'],
    ['glpi/generations/000001.json', 'generation'],
    ['glpi/generations/123456789.json', 'generation'],
    ['glpi/records/places.json', 'record'],
  ])('named %s is a part of the vault', (name, kind) => {
    expect(partNamed('glpi', name, NOTHING)).toMatchObject({ kind });
  });

  it.each([
    [`other/escrow/aa/${chunk}`],
    [`glpi/escrow/aa/${chunk}0`],
    [`glpi/more/escrow/aa/${chunk}`],
    ['xxxxxgenerations/000001.json'],
    ['glpi/more/generations/000001.json'],
    ['glpi/generations/000001.json.tmp'],
    ['glpi/more/records/places.json'],
    ['glpi/records/places.json.tmp'],
    ['glpi/records/of-a-later-release.json'],
    ['glpi/marker'],
  ])('named %s is none', (name) => {
    expect(partNamed('glpi', name, NOTHING)).toBeNull();
  });
});
