import { createHash } from 'node:crypto';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../../src/core/secret.ts';
import { writeArchive } from '../../../../src/vault/archive/write-archive.ts';
import type { VaultPart } from '../../../../src/vault/vault.ts';
import { draftOf, entryOf } from '../draft-of.ts';
import { temporaryVault } from '../temporary-vault.ts';
import { contentsOf, exportFolder, exportTo, importFrom } from './archive-of.ts';

/** What this process holds open of a folder (proc_pid_fd(5)). */
function openBelow(folder: string): string[] {
  const targets = readdirSync('/proc/self/fd').map((each) => {
    try {
      return readlinkSync(join('/proc/self/fd', each));
    } catch {
      // The one that read the directory.
      return '';
    }
  });
  return targets.filter((each) => each.startsWith(folder));
}

describe('an export', () => {
  it('is a file of its owner alone that was read back, with its SHA-256', async () => {
    using place = temporaryVault();
    using folder = exportFolder();
    const vault = await place.open();
    await vault.add(draftOf('one'));
    await vault.keepRecord('chronicle', [], { confidential: false });

    const done = await exportTo(folder.file, vault);

    const content = readFileSync(folder.file);
    expect(statSync(folder.file).mode & 0o777).toBe(0o600);
    expect(done).toMatchObject({ chunks: 1, generations: 1, records: 1, damaged: [], checked: 'contents' });
    expect(done.sha256).toBe(createHash('sha256').update(content).digest('hex'));
    expect(done.size).toBe(content.length);
    expect(readdirSync(folder.path)).toEqual(['vault.tar']);
  });

  it('encrypted to somebody else is compared as bytes, and to oneself looked into', async () => {
    using place = temporaryVault();
    using folder = exportFolder();
    const vault = await place.open();
    await vault.add(draftOf('one'));
    const identity = await generateX25519Identity();
    const recipients = [await identityToRecipient(identity)];
    const stranger = new Secret(await generateX25519Identity());

    expect(await exportTo(folder.file, vault, { recipients })).toMatchObject({ encrypted: true, checked: 'bytes' });
    expect(await exportTo(folder.file, vault, { recipients, identity: stranger })).toMatchObject({ checked: 'bytes' });
    const own = await exportTo(folder.file, vault, { recipients, identity: new Secret(identity) });
    expect(own).toMatchObject({ encrypted: true, checked: 'contents' });
    expect(readFileSync(folder.file, 'latin1')).not.toContain('glpicrypt');
  });

  it('replaces an earlier export, and nothing else', async () => {
    using place = temporaryVault();
    using folder = exportFolder();
    const vault = await place.open();
    await vault.add(draftOf('one'));
    const other = join(folder.path, 'notes.txt');
    writeFileSync(other, 'mine');
    symlinkSync(other, join(folder.path, 'link'));

    await exportTo(folder.file, vault);
    await exportTo(folder.file, vault);

    await expect(exportTo(other, vault)).rejects.toMatchObject({ code: 'refused' });
    await expect(exportTo(join(folder.path, 'link'), vault)).rejects.toMatchObject({ code: 'refused' });
    await expect(exportTo(join(folder.path, 'none', 'x'), vault)).rejects.toMatchObject({
      code: 'export-unwritable',
      message: expect.stringContaining('there is no directory'),
      try: expect.stringContaining(join(folder.path, 'none')),
    });
    expect(readFileSync(other, 'utf8')).toBe('mine');
    expect(readdirSync(folder.path).sort()).toEqual(['link', 'notes.txt', 'vault.tar']);
  });

  it('takes the place of an empty file', async () => {
    using place = temporaryVault();
    using folder = exportFolder();
    writeFileSync(folder.file, '');

    await exportTo(folder.file, await place.open());

    expect(statSync(folder.file).size).toBeGreaterThan(0);
  });

  it('ends with the error of a vault that cannot be read on', async () => {
    const parts = async function* (): AsyncGenerator<VaultPart> {
      yield { kind: 'generation', number: 1, bytes: Buffer.from('{}') };
      throw new Error('the disk went away');
    };
    const facts = { instance: 'glpi', createdAt: '2026-05-06T07:08:09.000Z' };

    const reading = buffer(writeArchive(facts, parts(), { chunks: 0, generations: 0, records: 0 }));

    await expect(reading).rejects.toThrow('the disk went away');
  });

  it('closes every file that it opened, also one that it refuses', async () => {
    using place = temporaryVault();
    using folder = exportFolder();
    const vault = await place.open();
    writeFileSync(join(folder.path, 'other'), 'something else');

    await exportTo(folder.file, vault);
    await exportTo(folder.file, vault);
    await importFrom(folder.file, vault);
    await expect(exportTo(join(folder.path, 'other'), vault)).rejects.toMatchObject({ code: 'refused' });
    await expect(importFrom(folder.path, vault)).rejects.toMatchObject({ code: 'export-unreadable' });

    expect(openBelow(folder.path)).toEqual([]);
  });

  it('removes what a killed export left an hour ago, and leaves what one is writing', async () => {
    using place = temporaryVault();
    using folder = exportFolder();
    const vault = await place.open();
    await vault.add(draftOf('one'));
    const [old, living] = ['a', 'b'].map((digit) => `.keykeeper-export-${digit.repeat(16)}.tmp`) as [string, string];
    const others = [`${old}.kept`, 'notes.txt', `x${old}`];
    for (const name of [old, living, ...others]) writeFileSync(join(folder.path, name), '');
    for (const name of [old, ...others]) utimesSync(join(folder.path, name), 0, 0);

    await exportTo(folder.file, vault);

    expect(readdirSync(folder.path).sort()).toEqual([living, ...others, 'vault.tar'].sort());
  });

  it('leaves out what is damaged, names it, and brings the rest', async () => {
    using place = temporaryVault();
    using folder = exportFolder();
    using target = temporaryVault();
    const vault = await place.open();
    await vault.add(draftOf('one'));
    await vault.add(draftOf('two', { escrow: [entryOf(1, 'other')] }));
    writeFileSync(place.generationFile(1), 'torn');
    await vault.keepRecord('places', [1], { confidential: false });
    writeFileSync(join(place.folder, 'records', 'places.json'), '{');
    rmSync(join(place.folder, 'escrow'), { recursive: true });
    mkdirSync(join(place.folder, 'escrow'));

    const done = await exportTo(folder.file, await place.open());

    expect(done).toMatchObject({ chunks: 0, generations: 1, records: 0 });
    expect(done.damaged.map(({ reason }) => reason)).toEqual([
      'is truncated, or not a generation',
      'is missing',
      'is not a whole record',
    ]);
    await importFrom(folder.file, await target.open());
    expect((await (await target.open()).list()).generations.map(({ number }) => number)).toEqual([2]);
  });
});

describe('an import', () => {
  it('brings generations, escrow and records into an empty vault, under their numbers', async () => {
    using place = temporaryVault();
    using folder = exportFolder();
    using target = temporaryVault();
    const vault = await place.open();
    for (const name of ['one', 'two']) await vault.add(draftOf(name));
    await vault.keepRecord('places', ['here'], { confidential: false });
    await vault.keepRecord('presence', ['somebody'], { confidential: false });
    await exportTo(folder.file, vault);

    const result = await importFrom(folder.file, await target.open());

    const taken = await target.open({ create: false });
    expect(result).toMatchObject({ held: 2, known: 0, chunks: 1, records: ['places'], moved: [] });
    expect(result.generations.map(({ number, from }) => [number, from])).toEqual([
      [1, 1],
      [2, 2],
    ]);
    expect(await contentsOf(taken)).toEqual(await contentsOf(vault));
    expect(await taken.record('places')).toEqual({ kind: 'present', value: ['here'] });
    expect(await taken.record('presence')).toEqual({ kind: 'absent' });
  });

  it('only says what it would do with dry run', async () => {
    using place = temporaryVault();
    using folder = exportFolder();
    using target = temporaryVault();
    const vault = await place.open();
    await vault.add(draftOf('one'));
    await vault.keepRecord('places', ['here'], { confidential: false });
    await exportTo(folder.file, vault);

    const result = await importFrom(folder.file, await target.open(), { dryRun: true });

    expect(result).toMatchObject({ held: 1, chunks: 1, records: ['places'] });
    expect(readdirSync(join(target.folder, 'generations'))).toEqual([]);
    expect(readdirSync(join(target.folder, 'escrow'))).toEqual([]);
    expect(await (await target.open()).record('places')).toEqual({ kind: 'absent' });
  });

  it('leaves records that are there, and mends chunks and records that are damaged', async () => {
    using place = temporaryVault();
    using folder = exportFolder();
    const vault = await place.open();
    await vault.add(draftOf('one'));
    await vault.keepRecord('places', ['old'], { confidential: false });
    await vault.keepRecord('wishes', ['old'], { confidential: false });
    await exportTo(folder.file, vault);
    await vault.keepRecord('places', ['new'], { confidential: false });
    writeFileSync(join(place.folder, 'records', 'wishes.json'), '');
    const [prefix = ''] = readdirSync(join(place.folder, 'escrow'));
    const [chunk = ''] = readdirSync(join(place.folder, 'escrow', prefix));
    writeFileSync(join(place.folder, 'escrow', prefix, chunk), 'torn');

    const result = await importFrom(folder.file, await place.open());

    expect(result).toMatchObject({ generations: [], known: 1, held: 1, chunks: 1, records: ['wishes'] });
    expect(await vault.record('places')).toEqual({ kind: 'present', value: ['new'] });
    expect(await vault.record('wishes')).toEqual({ kind: 'present', value: ['old'] });
    expect(await contentsOf(await place.open())).toHaveLength(1);
  });

  it('encrypts what comes in clear into a vault that encrypts', async () => {
    using place = temporaryVault();
    using folder = exportFolder();
    using target = temporaryVault();
    const vault = await place.open();
    await vault.add(draftOf('one'));
    await vault.keepRecord('rescue-undo', ['old-row'], { confidential: true });
    await vault.keepRecord('chronicle', ['public'], { confidential: false });
    await exportTo(folder.file, vault);
    const identity = await generateX25519Identity();
    const recipients = [await identityToRecipient(identity)];

    await importFrom(folder.file, await target.open({ recipients }));

    const [closed] = (await (await target.open()).list()).generations;
    expect(closed).toMatchObject({ sealed: true, fingerprint: (await vault.list()).generations[0]?.fingerprint });
    expect(readFileSync(target.generationFile(1), 'utf8')).not.toContain('"contents"');
    const reader = await target.open({ recipients, identity: new Secret(identity) });
    expect(await contentsOf(reader)).toEqual(await contentsOf(vault));
    expect(await (await target.open()).record('rescue-undo')).toEqual({ kind: 'sealed' });
    expect(await (await target.open()).record('chronicle')).toEqual({ kind: 'present', value: ['public'] });
  });

  it('leaves encrypted what was encrypted, also in an export in clear', async () => {
    using place = temporaryVault();
    using folder = exportFolder();
    using target = temporaryVault();
    const identity = await generateX25519Identity();
    const vault = await place.open({ recipients: [await identityToRecipient(identity)] });
    await vault.add(draftOf('one'));

    await exportTo(folder.file, vault);
    await importFrom(folder.file, await target.open());

    expect(readFileSync(target.generationFile(1))).toEqual(readFileSync(place.generationFile(1)));
    const reader = await target.open({ identity: new Secret(identity) });
    expect(await contentsOf(reader)).toHaveLength(1);
  });
});
