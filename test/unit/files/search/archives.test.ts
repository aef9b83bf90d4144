import { writeFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LIMITS, type SearchLimits } from '../../../../src/files/search/finds.ts';
import { searchPaths } from '../../../../src/files/search/search.ts';
import { TemporaryDirectory } from '../temporary-directory.ts';
import { type Contents, tarGzOf, tarOf, zipOf } from './build-archives.ts';

const KEY = Buffer.alloc(32, 'k');
const OTHER = Buffer.alloc(32, 'o');
const CONFIG: Contents = {
  './var/glpi/config/config_db.php': '<?php',
  './var/glpi/files/_log/php-errors.log': Buffer.alloc(300_000, 'log '),
  './var/glpi/config/glpicrypt.key': KEY,
};

describe('archives', () => {
  let directory: TemporaryDirectory;

  beforeEach(() => {
    directory = new TemporaryDirectory();
  });

  afterEach(() => directory[Symbol.dispose]());

  async function search(name: string, bytes: Buffer, limits: Partial<SearchLimits> = {}) {
    const path = directory.at(name);
    writeFileSync(path, bytes);
    const signal = AbortSignal.timeout(20_000);
    const finds = await searchPaths({ paths: [path], signal, limits: { ...LIMITS, ...limits } });
    return {
      found: finds.files.map(({ where, content }) => [where.replace(`${path}: `, ''), content.reveal()]),
      files: finds.files,
      findings: finds.findings(),
    };
  }

  const FOUND = [
    ['./var/glpi/config/config_db.php', Buffer.from('<?php')],
    ['./var/glpi/config/glpicrypt.key', KEY],
  ];

  it.each<[string, (contents: Contents) => Promise<Buffer> | Buffer]>([
    ['backup.tar', tarOf],
    ['backup.tar.gz', tarGzOf],
    ['backup.tgz', tarGzOf],
    ['backup.zip', zipOf],
    ['an archive by its bytes, not by its name', tarGzOf],
  ])('finds the key and what lies beside it in %s', async (name, build) => {
    const { found, files, findings } = await search(name, await build(CONFIG));

    expect(found).toEqual(FOUND);
    expect(files[0]?.folder).toBe(files[1]?.folder);
    expect(findings).toEqual([]);
  });

  it.each<[string, (contents: Contents) => Promise<Buffer> | Buffer]>([
    ['tar.gz', tarGzOf],
    ['zip', zipOf],
  ])('looks into archives inside a %s, one deep', async (_, build) => {
    const deeper = await tarGzOf({ 'too-deep/glpicrypt.key': OTHER });
    const inner = { 'glpicrypt.key': KEY, 'deeper.tgz': deeper };

    const { found } = await search(
      'outer',
      await build({ 'a.tgz': await tarGzOf(inner), 'b.zip': zipOf(inner), 'c.tar': await tarOf(inner), 'd.txt': 'x' }),
    );

    expect(found.map(([where]) => where)).toEqual([
      'a.tgz: glpicrypt.key',
      'b.zip: glpicrypt.key',
      'c.tar: glpicrypt.key',
    ]);
  });

  it('uses what comes before the damage, and says so', async () => {
    const whole = await tarGzOf({ 'glpicrypt.key': KEY, ...CONFIG, 'random.bin': Buffer.from(gzipSync(KEY)) });

    for (const cut of [whole.subarray(0, -20), gzipSync(gunzipSync(whole).subarray(0, 3_000))]) {
      const { found, findings } = await search('cut.tar.gz', cut);

      expect(found).toContainEqual(['glpicrypt.key', KEY]);
      expect(findings).toMatchObject([{ code: 'archive-unreadable', message: expect.stringContaining('damaged') }]);
    }
  });

  it('goes on behind a damaged archive inside another one', async () => {
    const damaged = (await tarGzOf(CONFIG)).subarray(0, 200);
    const contents = {
      'a.tgz': damaged,
      'b.zip': Buffer.from('PK no'),
      'c.tar': Buffer.alloc(5_000, 'c'),
      'glpicrypt.key': KEY,
    };

    for (const bytes of [await tarGzOf(contents), zipOf(contents)]) {
      const { found, findings } = await search('outer', bytes);

      expect(found).toContainEqual(['glpicrypt.key', KEY]);
      expect(findings.map(({ code }) => code)).toEqual(Array(3).fill('archive-unreadable'));
    }
  });

  it('says that a zip is encrypted, or that an entry does not fit its checksum', async () => {
    const encrypted = await search('encrypted.zip', zipOf({ 'glpicrypt.key': KEY }, { flags: 1 }));
    const altered = await search('altered.zip', zipOf({ 'glpicrypt.key': KEY }, { checksum: 1 }));

    expect(encrypted).toMatchObject({ found: [], findings: [{ message: expect.stringContaining('encrypted') }] });
    expect(altered).toMatchObject({ found: [], findings: [{ message: expect.stringContaining('checksum') }] });
  });

  it('ends an archive that unfolds without end, and keeps what it had', async () => {
    const bomb = gzipSync(await tarOf({ 'glpicrypt.key': KEY, 'zeros.bin': Buffer.alloc(8 * 1024 ** 2) }));
    const limits = { bytes: 100_000, ratio: 10 };

    const { found, findings } = await search('bomb.tgz', bomb, limits);
    const nested = await search('outer.zip', zipOf({ 'bomb.tgz': bomb, 'glpicrypt.key': OTHER }), limits);

    expect(found).toEqual([['glpicrypt.key', KEY]]);
    expect(findings).toMatchObject([{ message: expect.stringContaining('unfolds to more than') }]);
    expect(nested.found).toContainEqual(['bomb.tgz: glpicrypt.key', KEY]);
  });

  it('takes no file over 64 KiB, and holds no large zip in memory', async () => {
    const contents = { 'glpicrypt.key': Buffer.alloc(65_537), 'inner.zip': zipOf({ 'glpicrypt.key': KEY }) };

    for (const bytes of [await tarOf(contents), zipOf(contents)]) {
      const { found, findings } = await search('large', bytes, { heldBytes: 50 });

      expect(found).toEqual([]);
      expect(findings.map(({ code }) => code)).toEqual(['archive-unreadable', 'search-unreadable']);
    }
  });

  it('opens no path of an archive: names that lead out of it are only names', async () => {
    const contents = {
      '../../../../tmp/evil/glpicrypt.key': KEY,
      '/etc/glpicrypt.key': OTHER,
      'a\\b\\glpicrypt.key': KEY,
    };

    for (const bytes of [await tarOf(contents), zipOf(contents)]) {
      const { found } = await search('evil', bytes);

      expect(found.map(([, content]) => content)).toEqual([KEY, OTHER, KEY]);
    }
  });

  it('finds nothing in an empty archive, and complains about nothing', async () => {
    for (const bytes of [await tarGzOf({}), zipOf({})]) {
      const { found, findings } = await search('empty', bytes);

      expect([found, findings]).toEqual([[], []]);
    }
  });
});
