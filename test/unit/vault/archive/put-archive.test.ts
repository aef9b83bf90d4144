import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { putArchive } from '../../../../src/vault/archive/put-archive.ts';
import { exportFolder } from './archive-of.ts';

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
});
