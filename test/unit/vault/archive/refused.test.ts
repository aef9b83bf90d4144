import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { Failure } from '../../../../src/core/failure.ts';
import { Secret } from '../../../../src/core/secret.ts';
import { draftOf, entryOf } from '../draft-of.ts';
import { temporaryVault } from '../temporary-vault.ts';
import { contentsOf, exportFolder, exportTo, importFrom } from './archive-of.ts';

let plain: Buffer;
let sealed: Buffer;
let identity: Secret<string>;
let contents: readonly string[];

beforeAll(async () => {
  using place = temporaryVault();
  using folder = exportFolder();
  const vault = await place.open();
  await vault.add(draftOf('one'));
  await vault.add(draftOf('two', { escrow: [entryOf(1, 'c2VhbGVk'), entryOf(700, 'c2VhbGVk')] }));
  await vault.keepRecord('places', ['somewhere'], { confidential: false });
  contents = await contentsOf(vault);
  identity = new Secret(await generateX25519Identity());
  await exportTo(folder.file, vault);
  plain = readFileSync(folder.file);
  const recipients = [await identityToRecipient(identity.reveal())];
  await exportTo(folder.file, vault, { recipients, identity });
  sealed = readFileSync(folder.file);
});

/** Tries to import these bytes into an empty vault. */
async function tryImport(bytes: Buffer): Promise<{ readonly refusal: unknown; readonly held: readonly string[] }> {
  using folder = exportFolder();
  using place = temporaryVault();
  writeFileSync(folder.file, bytes);
  const vault = await place.open();
  const refusal = await importFrom(folder.file, vault, { identity }).then(
    () => null,
    (error: unknown) => error,
  );
  const held = await contentsOf(vault);
  // Chunks and records come before and after generations: none of them may be there either.
  if (refusal !== null) {
    expect(readdirSync(join(place.folder, 'escrow'))).toEqual([]);
    expect(existsSync(join(place.folder, 'records'))).toBe(false);
  }
  return { refusal, held };
}

describe('an import', () => {
  it('refuses a file that was cut short anywhere, and writes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.double({ min: 0, max: 0.97, noNaN: true }), async (encrypted, part) => {
        const whole = encrypted ? sealed : plain;

        const { refusal, held } = await tryImport(whole.subarray(0, Math.floor(whole.length * part)));

        expect(refusal).toMatchObject({ code: 'export-damaged' });
        expect(held).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it('refuses a file with a byte changed anywhere, unless that byte says nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.boolean(), fc.nat(1_000_000), fc.integer({ min: 1, max: 255 }), async (encrypted, at, by) => {
        const harmed = Buffer.from(encrypted ? sealed : plain);
        const index = at % harmed.length;
        harmed[index] = (harmed[index] ?? 0) ^ by;

        const { refusal, held } = await tryImport(harmed);

        if (refusal !== null) expect(refusal).toBeInstanceOf(Failure);
        expect(held).toEqual(refusal === null ? contents : []);
      }),
      { numRuns: 60 },
    );
  });

  it('refuses a changed name, content or head that keeps the form of a tar file', async () => {
    const changes: [string, string][] = [
      ['generations/000002.json', 'generations/000009.json'],
      ['"reason": "capture"', '"reason": "capturf"'],
      ['"createdAt": "2026-05-06', '"createdAt": "2026-05-07'],
    ];
    for (const [from, to] of changes) {
      const harmed = Buffer.from(plain.toString('latin1').replace(from, to), 'latin1');

      const { refusal, held } = await tryImport(withChecksums(harmed));

      expect(refusal).toMatchObject({ code: 'export-damaged' });
      expect(held).toEqual([]);
    }
  });

  it('refuses the export of another instance, and names it', async () => {
    using folder = exportFolder();
    using place = temporaryVault();
    writeFileSync(folder.file, plain);
    const vault = await place.open({ instance: 'other' });

    const refusal = importFrom(folder.file, vault, { instance: 'other' });

    await expect(refusal).rejects.toMatchObject({ code: 'vault-foreign', try: expect.stringContaining('=glpi') });
  });

  it('refuses a later format, and names the release that reads it', async () => {
    const later = plain
      .toString('latin1')
      .replace('"format": 1', '"format": 2')
      .replace('"readableFrom": "0.1.0"', '"readableFrom": "9.8.7"');

    const { refusal, held } = await tryImport(Buffer.from(later, 'latin1'));

    expect(refusal).toMatchObject({ code: 'vault-newer-format', try: 'use the image keykeeper:9.8.7' });
    expect(held).toEqual([]);
  });

  it('says which identity is missing, and what is no file', async () => {
    using folder = exportFolder();
    using place = temporaryVault();
    const vault = await place.open();
    writeFileSync(folder.file, sealed);
    mkdirSync(join(folder.path, 'folder'));

    await expect(importFrom(folder.file, vault)).rejects.toMatchObject({ code: 'vault-identity-missing' });
    await expect(importFrom(join(folder.path, 'folder'), vault)).rejects.toMatchObject({ code: 'export-unreadable' });
    await expect(importFrom(join(folder.path, 'none'), vault)).rejects.toMatchObject({ code: 'export-unreadable' });
  });
});

/** A tar file with the checksum of each header made right again (POSIX ustar: sum of its bytes, itself as spaces). */
function withChecksums(tar: Buffer): Buffer {
  const right = Buffer.from(tar);
  for (let at = 0; at + 512 <= right.length && right[at] !== 0; ) {
    const head = right.subarray(at, at + 512);
    head.fill(' ', 148, 156);
    const sum = head.reduce((total, byte) => total + byte, 0);
    head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    const size = Number.parseInt(head.subarray(124, 136).toString('latin1'), 8);
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return right;
}
