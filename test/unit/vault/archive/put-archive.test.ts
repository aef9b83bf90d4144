import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../../src/core/secret.ts';
import { createEnvelope } from '../../../../src/vault/age-envelope.ts';
import { exportToFile } from '../../../../src/vault/archive/export-vault.ts';
import { putArchive } from '../../../../src/vault/archive/put-archive.ts';
import { draftOf } from '../draft-of.ts';
import { temporaryVault } from '../temporary-vault.ts';
import { exportFolder, exportTo } from './archive-of.ts';

describe('a file of an export', () => {
  it('that is stopped before it has its name leaves what was there, and nothing beside it', async () => {
    using folder = exportFolder();
    const stop = new AbortController();
    const once = async function* () {
      yield Buffer.from('bytes');
    };

    const put = putArchive(folder.file, once(), async () => stop.abort(new Error('stopped')), stop.signal);

    await expect(put).rejects.toThrow('stopped');
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it('is refused where it reads back as something else than what was written', async () => {
    using folder = exportFolder();
    const disk = async function* () {
      yield Buffer.from('bytes');
      const [temporary = ''] = readdirSync(folder.path);
      writeFileSync(join(folder.path, temporary), 'bytez');
    };

    const put = putArchive(folder.file, disk(), async () => undefined, new AbortController().signal);

    await expect(put).rejects.toMatchObject({ code: 'export-unwritable', target: folder.file });
    expect(readdirSync(folder.path)).toEqual([]);
  });

  it('that is no whole export when it is looked into is not left there, though it holds what was written', async () => {
    using place = temporaryVault();
    using folder = exportFolder();
    const vault = await place.open();
    await vault.add(draftOf('one'));
    await exportTo(folder.file, vault);
    const earlier = readFileSync(folder.file);
    const identity = await generateX25519Identity();
    const envelope = createEnvelope([await identityToRecipient(identity)], new Secret(identity));
    const cutting = {
      ...envelope,
      sealStream: (clear: AsyncIterable<Uint8Array>) => envelope.sealStream(first(clear)),
    };
    const request = { vault, envelope: cutting, instance: 'glpi', createdAt: '2026-05-06T07:08:09.000Z' };

    const put = exportToFile(folder.file, request, new AbortController().signal);

    await expect(put).rejects.toMatchObject({ code: 'export-damaged' });
    expect(readdirSync(folder.path)).toEqual(['vault.tar']);
    expect(readFileSync(folder.file)).toEqual(earlier);
  });
});

/** The first piece of a stream, as if it had ended there. */
async function* first(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of stream) {
    yield piece;
    return;
  }
}
