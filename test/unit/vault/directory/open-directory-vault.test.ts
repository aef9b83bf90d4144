import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { absolutePath } from '../../../../src/core/brand.ts';
import { parseMounts } from '../../../../src/vault/directory/mount.ts';
import { openDirectoryVault } from '../../../../src/vault/directory/open-directory-vault.ts';
import { draftOf } from '../draft-of.ts';
import { temporaryVault } from '../temporary-vault.ts';

const options = { instance: 'glpi', recipients: [], identity: null, glpiDirectories: [], create: true, mounts: [] };

describe('opening a vault', () => {
  it('makes a folder of its own, 0700, below a directory that anybody may write to', async () => {
    using temporary = temporaryVault();
    chmodSync(temporary.path, 0o1777);

    const vault = await temporary.open();
    await vault.add(draftOf('a'));

    expect(statSync(temporary.path).mode & 0o7777).toBe(0o1777);
    for (const folder of ['', 'generations', 'escrow']) {
      expect(statSync(join(temporary.folder, folder)).mode & 0o777).toBe(0o700);
    }
    expect(statSync(temporary.generationFile(1)).mode & 0o777).toBe(0o600);
    expect(statSync(join(temporary.folder, 'keykeeper.json')).mode & 0o777).toBe(0o600);
  });

  it('keeps to its modes whatever the umask', async () => {
    using temporary = temporaryVault();
    const umask = process.umask(0o277);

    try {
      await (await temporary.open()).add(draftOf('a'));
    } finally {
      process.umask(umask);
    }

    expect(statSync(temporary.folder).mode & 0o777).toBe(0o700);
    expect(statSync(temporary.generationFile(1)).mode & 0o777).toBe(0o600);
  });

  it('for looking only touches nothing and finds nothing where nothing is', async () => {
    using temporary = temporaryVault();

    const vault = await temporary.open({ create: false });

    expect(await vault.list()).toEqual({ generations: [], damaged: [] });
    await expect(vault.add(draftOf('a'))).rejects.toMatchObject({ code: 'vault-unwritable' });
    await expect(vault.prune()).rejects.toMatchObject({ code: 'vault-unwritable' });
    expect(readdirSync(temporary.path)).toEqual([]);
  });

  it('tightens the mode of a folder of ours that others could enter', async () => {
    using temporary = temporaryVault();
    await temporary.open();
    chmodSync(temporary.folder, 0o755);

    await temporary.open();

    expect(statSync(temporary.folder).mode & 0o777).toBe(0o700);
  });

  it('cleans up what killed writers left, and nothing else', async () => {
    using temporary = temporaryVault();
    await temporary.open();
    writeFileSync(join(temporary.folder, '.keykeeper-0123456789abcdef.tmp'), 'half');
    writeFileSync(join(temporary.folder, '.keykeeper-notes.tmp'), 'mine');

    await temporary.open();

    expect(readdirSync(temporary.folder).sort()).toEqual([
      '.keykeeper-notes.tmp',
      'escrow',
      'generations',
      'keykeeper.json',
    ]);
  });

  it('writes a new marker where the old one was torn, and goes on', async () => {
    using temporary = temporaryVault();
    await (await temporary.open()).add(draftOf('a'));
    writeFileSync(join(temporary.folder, 'keykeeper.json'), '{"keykee');

    const listing = await (await temporary.open()).list();

    expect(listing.generations).toHaveLength(1);
    await expect(temporary.open({ create: false })).resolves.toBeDefined();
  });
});

describe('a vault is refused', () => {
  it('when its directory is missing, and is not made', async () => {
    using temporary = temporaryVault();
    const path = join(temporary.path, 'misspelt');

    await expect(openDirectoryVault(pathToFileURL(path), options)).rejects.toMatchObject({
      code: 'vault-missing',
      target: path,
    });
    expect(existsSync(path)).toBe(false);
  });

  it('when its directory is a file', async () => {
    using temporary = temporaryVault();
    const path = join(temporary.path, 'file');
    writeFileSync(path, '');

    await expect(openDirectoryVault(pathToFileURL(path), options)).rejects.toMatchObject({ code: 'vault-missing' });
  });

  it.each(['http://host/vault', 'file://host/vault'])('when its URL is %s', async (url) => {
    await expect(openDirectoryVault(new URL(url), options)).rejects.toMatchObject({ code: 'invalid-setting' });
  });

  it.each(['../glpi', '.', '', 'a/b'])('for an instance called %j', async (instance) => {
    using temporary = temporaryVault();

    await expect(temporary.open({ instance })).rejects.toMatchObject({ code: 'invalid-setting' });
  });

  it('when the folder of its instance is a symbolic link', async () => {
    using temporary = temporaryVault();
    const elsewhere = mkdtempSync(join(tmpdir(), 'keykeeper-elsewhere-'));
    symlinkSync(elsewhere, temporary.folder);

    try {
      await expect(temporary.open()).rejects.toMatchObject({ code: 'vault-foreign' });
      await expect(temporary.open({ create: false })).rejects.toMatchObject({ code: 'vault-foreign' });
      expect(readdirSync(elsewhere)).toEqual([]);
    } finally {
      rmSync(elsewhere, { recursive: true });
    }
  });

  it("when the folder of its instance holds somebody else's files, whose mode stays as it is", async () => {
    using temporary = temporaryVault();
    mkdirSync(temporary.folder, { mode: 0o755 });
    writeFileSync(join(temporary.folder, 'index.php'), '<?php');

    await expect(temporary.open()).rejects.toMatchObject({
      code: 'vault-foreign',
      message: expect.stringContaining('index.php'),
    });
    expect(statSync(temporary.folder).mode & 0o777).toBe(0o755);
  });

  it.each([
    ['of another instance', { keykeeper: 'vault', format: 1, instance: 'staging' }, 'vault-foreign', 'staging'],
    ['of somebody else', { name: 'a package' }, 'vault-foreign', "not Keykeeper's"],
    [
      'of a later format',
      { keykeeper: 'vault', format: 2, readableFrom: '4.0.0', instance: 'glpi' },
      'vault-newer-format',
      'Keykeeper 4.0.0 or later',
    ],
  ])('when its marker is one %s', async (_, marker, code, part) => {
    using temporary = temporaryVault();
    mkdirSync(temporary.folder);
    writeFileSync(join(temporary.folder, 'keykeeper.json'), JSON.stringify(marker));

    for (const create of [true, false]) {
      await expect(temporary.open({ create })).rejects.toMatchObject({ code, message: expect.stringContaining(part) });
    }
  });

  it('in a directory of GLPI, also by another name or when that directory is not there yet', async () => {
    using temporary = temporaryVault();
    const link = `${temporary.path}-link`;
    symlinkSync(temporary.path, link);

    try {
      for (const glpi of [temporary.path, link, join(temporary.path, '..')]) {
        const glpiDirectories = [absolutePath('/nonexistent/config'), absolutePath(glpi)];
        await expect(temporary.open({ glpiDirectories })).rejects.toMatchObject({ code: 'vault-on-glpi-volume' });
      }
      const beside = absolutePath(join(temporary.path, 'config'));
      await expect(temporary.open({ glpiDirectories: [beside] })).resolves.toBeDefined();
    } finally {
      rmSync(link);
    }
  });

  it('on a volume that GLPI mounts, and says what to do', async () => {
    using temporary = temporaryVault();
    const glpi = absolutePath('/nonexistent/glpi/config');
    const volume = (id: string, point: string) => `${id} 1 8:1 /volumes/glpi ${point} rw - ext4 /dev/sda1 rw`;
    const shared = [volume('7', '/nonexistent/glpi'), volume('8', temporary.path)].join('\n');
    const alone = shared.replace('8:1 /volumes/glpi /nonexistent', '8:1 /volumes/other /nonexistent');

    await expect(temporary.open({ glpiDirectories: [glpi], mounts: parseMounts(shared) })).rejects.toMatchObject({
      code: 'vault-on-glpi-volume',
      message: `the vault lies on the same volume as GLPI's directory "${glpi}"`,
      target: temporary.path,
      expected: 'a volume of its own, which GLPI does not mount',
      try: expect.stringContaining('mount it at /vault'),
    });
    await expect(temporary.open({ glpiDirectories: [glpi], mounts: parseMounts(alone) })).resolves.toBeDefined();
  });

  it('when an age recipient is not one', async () => {
    using temporary = temporaryVault();

    await expect(temporary.open({ recipients: ['age1nonsense'] })).rejects.toMatchObject({ code: 'invalid-setting' });
    expect(readdirSync(temporary.path)).toEqual([]);
  });
});
