import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDirectoryVault } from '../../../src/vault/directory/open-directory-vault.ts';
import type { Vault } from '../../../src/vault/vault.ts';
import { draftOf, fileOf } from '../../unit/vault/draft-of.ts';
import { temporaryVault } from '../../unit/vault/temporary-vault.ts';
import { mountAvailable, rootAvailable } from './tool.ts';

const scratch = mkdtempSync(join(tmpdir(), 'keykeeper-mount-'));
afterAll(() => rmSync(scratch, { recursive: true }));

/** Does `work` as another user. Everything in it runs on the main thread, so that the change reaches all of it. */
async function asUser<T>(uid: number, work: () => Promise<T>): Promise<T> {
  process.seteuid?.(uid);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}

describe.skipIf(!rootAvailable())('a vault of another user', () => {
  it('is refused with the one line that gives it to this one', async () => {
    using temporary = temporaryVault();
    chmodSync(temporary.path, 0o1777);
    await (await temporary.open()).add(draftOf('a'));

    const refused = {
      message: expect.stringMatching(/belongs to uid 0, this is uid 33 \(was "user:" changed\?\)/),
      try: expect.stringContaining(`chown -R 33:0 ${temporary.folder}`),
    };

    await asUser(33, async () => {
      await expect(temporary.open()).rejects.toMatchObject({ code: 'vault-unwritable', ...refused });
      const looking = temporary.open({ create: false });
      await expect(looking).rejects.toMatchObject({ code: 'vault-unreadable', ...refused });
    });
  });

  it('is refused even where its mode would let this one in', async () => {
    using temporary = temporaryVault();
    chmodSync(temporary.path, 0o1777);
    mkdirSync(temporary.folder, { mode: 0o777 });
    chmodSync(temporary.folder, 0o777);

    await asUser(33, async () => {
      await expect(temporary.open()).rejects.toMatchObject({ code: 'vault-unwritable' });
    });

    expect(readdirSync(temporary.folder)).toEqual([]);
  });

  it('is refused where its directory does not let this one make a folder', async () => {
    using temporary = temporaryVault();
    chmodSync(temporary.path, 0o755);

    await asUser(33, async () => {
      await expect(temporary.open()).rejects.toMatchObject({
        code: 'vault-unwritable',
        try: expect.stringContaining(`chown -R 33:0 ${temporary.path}`),
      });
    });
  });

  it('is used by root so that its owner can still read everything', async () => {
    using temporary = temporaryVault();
    mkdirSync(temporary.folder, { mode: 0o700 });
    chownSync(temporary.folder, 33, 33);
    chmodSync(temporary.path, 0o1777);

    await (await temporary.open()).add(draftOf('a'));

    const owners = readdirSync(temporary.folder, { recursive: true, encoding: 'utf8' }).map(
      (name) => statSync(join(temporary.folder, name)).uid,
    );
    expect(new Set(owners)).toEqual(new Set([33]));
    const { generations } = await asUser(33, async () => (await temporary.open()).list());
    expect(generations).toHaveLength(1);
  });
});

describe.skipIf(!mountAvailable(scratch))('a vault on a file system of its own', () => {
  let mount: string;

  beforeAll(() => {
    mount = mkdtempSync(join(scratch, 'full-'));
    spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k,mode=1777', 'none', mount]);
    return () => spawnSync('umount', [mount]);
  });

  function open(create = true): Promise<Vault> {
    const options = { instance: 'glpi', recipients: [], identity: null, glpiDirectories: [], create, mounts: [] };
    return openDirectoryVault(pathToFileURL(mount), options);
  }

  it('that is full takes nothing half, and goes on when there is room again', async () => {
    const vault = await open();
    const big = () => draftOf('a', { files: [fileOf('local_define.php', randomBytes(30_000))] });
    let written = 0;
    const failure = await (async () => {
      for (; written < 100; written += 1) await vault.add(big());
    })().catch((error: unknown) => error);

    const { generations, damaged } = await vault.list();
    rmSync(join(mount, 'glpi/generations/000001.json'));
    const again = await vault.add(big());

    expect(failure).toMatchObject({ code: 'vault-full' });
    expect({ count: generations.length, damaged }).toEqual({ count: written, damaged: [] });
    expect(again.added).toBe(true);
    expect(readdirSync(join(mount, 'glpi')).sort()).toEqual(['escrow', 'generations', 'keykeeper.json']);
  });

  it('that is read-only is read, not written, and the error says which of the two it is', async () => {
    const vault = await open();
    await vault.list();
    spawnSync('mount', ['-o', 'remount,ro', mount]);

    const readOnly = { code: 'vault-unwritable', message: expect.stringContaining('read-only mount') };

    await expect(open()).rejects.toMatchObject(readOnly);
    await expect(vault.add(draftOf('b'))).rejects.toMatchObject(readOnly);
    await expect(vault.lease(new AbortController().signal)).rejects.toMatchObject(readOnly);
    expect((await (await open(false)).list()).damaged).toEqual([]);
  });
});
