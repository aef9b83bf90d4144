import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AbsolutePath } from '../../../../src/core/brand.ts';
import { LIMITS, type SearchLimits } from '../../../../src/files/search/finds.ts';
import { searchPaths } from '../../../../src/files/search/search.ts';
import { TemporaryDirectory } from '../temporary-directory.ts';
import { tarGzOf } from './build-archives.ts';

const KEY = Buffer.alloc(32, 'k');

describe('searchPaths', () => {
  let directory: TemporaryDirectory;

  beforeEach(() => {
    directory = new TemporaryDirectory();
  });

  afterEach(() => directory[Symbol.dispose]());

  function put(name: string, content: Buffer | string = KEY): AbsolutePath {
    const path = directory.at(name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return path;
  }

  async function search(paths: readonly AbsolutePath[] = [directory.path], limits: Partial<SearchLimits> = {}) {
    const signal = AbortSignal.timeout(20_000);
    const finds = await searchPaths({ paths, signal, limits: { ...LIMITS, ...limits } });
    return {
      found: finds.files.map(({ where }) => where.replace(`${directory.path}/`, '')).sort(),
      files: finds.files,
      codes: finds.findings().map(({ code }) => code),
      findings: finds.findings(),
    };
  }

  it('finds keys, copies of keys and what lies beside them, at any depth, and nothing else', async () => {
    for (const name of ['volume/config/glpicrypt.key', 'volume/config/config_db.php', 'volume/config/cache.php'])
      put(name);
    for (const name of ['volume/files/a/b/c/note.txt', 'old/glpicrypt.key.bak', 'old/GLPICRYPT.KEY', 'old/glpi.key'])
      put(name);

    const { found, codes } = await search();

    expect(found).toEqual([
      'old/GLPICRYPT.KEY',
      'old/glpi.key',
      'old/glpicrypt.key.bak',
      'volume/config/config_db.php',
      'volume/config/glpicrypt.key',
    ]);
    expect(codes).toEqual([]);
  });

  it('says which files lay side by side', async () => {
    for (const name of ['a/glpicrypt.key', 'a/config_db.php', 'b/glpicrypt.key']) put(name);

    const { files } = await search();

    const folders = (name: string) => files.filter((each) => each.name === name).map((each) => each.folder);
    expect(folders('glpicrypt.key')).toEqual(expect.arrayContaining(folders('config_db.php')));
    expect(new Set(folders('glpicrypt.key')).size).toBe(2);
  });

  it('takes a file of any name that is named itself, and says so', async () => {
    const { files } = await search([put('key from the safe')]);

    expect(files).toMatchObject([{ name: 'key from the safe', named: true }]);
    expect(files[0]?.content.reveal()).toEqual(KEY);
  });

  it('follows no symlink, neither in a directory nor as what was named', async () => {
    put('elsewhere/glpicrypt.key');
    mkdirSync(directory.at('config'));
    symlinkSync(directory.at('elsewhere'), directory.at('config', 'sub'));
    symlinkSync(directory.at('elsewhere', 'glpicrypt.key'), directory.at('config', 'glpicrypt.key'));
    symlinkSync(directory.at('elsewhere'), directory.at('link'));

    const inside = await search([directory.at('config')]);
    const named = await search([directory.at('link'), directory.at('config', 'glpicrypt.key')]);

    expect([inside.found, named.found]).toEqual([[], []]);
    expect(named.codes).toEqual(['search-path-unusable', 'search-path-unusable']);
  });

  it('opens no pipe and reads no more of a file than 64 KiB', async () => {
    execFileSync('mkfifo', [directory.at('glpicrypt.key')]);
    put('big/glpicrypt.key', Buffer.alloc(64 * 1024 + 1));

    const { found, findings } = await search();
    const pipe = await search([directory.at('glpicrypt.key')]);

    expect(found).toEqual([]);
    expect(findings).toMatchObject([{ code: 'search-unreadable', message: expect.stringContaining('65537 bytes') }]);
    expect(pipe.findings).toMatchObject([{ code: 'search-path-unusable', message: 'it is a fifo' }]);
  });

  it('reads the archives that lie in a directory', async () => {
    put('nightly/config.tgz', await tarGzOf({ 'var/glpi/config/glpicrypt.key': KEY }));
    put('nightly/note.zip', 'this is no zip');

    const { found, findings } = await search();

    expect(found).toEqual(['nightly/config.tgz: var/glpi/config/glpicrypt.key']);
    expect(findings).toMatchObject([{ code: 'archive-unreadable', target: directory.at('nightly', 'note.zip') }]);
  });

  it('goes on with the other paths after one that is not there', async () => {
    const { found, findings } = await search([directory.at('gone'), put('kept/glpicrypt.key')]);

    expect(found).toEqual(['kept/glpicrypt.key']);
    expect(findings).toMatchObject([{ code: 'search-path-unusable', message: 'it cannot be read (ENOENT)' }]);
  });

  it('says that a large file is neither an archive nor a key', async () => {
    const { findings } = await search([put('dump.sql.xz', Buffer.alloc(70_000, 'x'))]);

    expect(findings).toMatchObject([{ code: 'search-path-unusable', message: expect.stringContaining('neither') }]);
  });

  it.each<[string, Partial<SearchLimits>]>([
    ['entries', { entries: 5 }],
    ['files', { files: 3 }],
    ['depth', { depth: 2 }],
  ])('ends at its limit of %s, keeps what it has, and says so', async (_, limits) => {
    for (const name of ['1', '2', '3', '4', '5', '6', 'a/b/c/d/e']) put(`${name}/glpicrypt.key`);

    const { found, codes } = await search(undefined, limits);

    expect(codes).toEqual(['search-cut-short']);
    expect(found.length).toBeLessThan(7);
  });

  it('shows names without what could deceive a terminal', async () => {
    put(`evil\u001b[2J\n\u202e/glpicrypt.key`);

    const { found } = await search();

    expect(found).toEqual(['evil?[2J??/glpicrypt.key']);
  });

  it('changes nothing, not even the times of what it reads', async () => {
    const path = put('config/glpicrypt.key');
    const before = [statSync(path, { bigint: true }).mtimeNs, readdirSync(join(directory.path, 'config'))];

    await search();

    expect([statSync(path, { bigint: true }).mtimeNs, readdirSync(join(directory.path, 'config'))]).toEqual(before);
  });

  it('stops when it is told to', async () => {
    put('config/glpicrypt.key');

    const searching = searchPaths({ paths: [directory.path], signal: AbortSignal.abort(new Error('stop')) });

    await expect(searching).rejects.toThrow('stop');
  });
});
