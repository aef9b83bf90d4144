import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { mode } from '../../../src/core/brand.ts';
import { readGuarded } from '../../../src/files/read-file.ts';
import { TEMPORARY_NAME } from '../../../src/files/temporary-file.ts';
import { prepareReplacement } from '../../../src/files/write-file.ts';
import { TemporaryDirectory } from './temporary-directory.ts';

const OLD = Buffer.alloc(32, 'o');
const NEW = Buffer.alloc(32, 'n');
const PLAIN = { uid: null, gid: null, mode: mode(0o640) };
const CHANGED = expect.objectContaining({ code: 'file-changed' });

/** A directory `config` with a key in it, below one that nobody else writes to, and its replacement at hand. */
function prepare(above: TemporaryDirectory) {
  mkdirSync(above.at('config'));
  const path = above.at('config/key');
  writeFileSync(path, OLD);
  return { path, prepared: prepareReplacement(path, NEW, PLAIN, readGuarded(path)) };
}

describe('a replacement that is prepared', () => {
  it('replaces nothing before it is committed, and leaves nothing when it never is', () => {
    using above = new TemporaryDirectory();
    const { path, prepared } = prepare(above);
    const beside = readdirSync(above.at('config'));

    prepared[Symbol.dispose]();

    expect(beside.filter((name) => name !== 'key' && !TEMPORARY_NAME.test(name))).toEqual([]);
    expect(beside).toHaveLength(2);
    expect(readdirSync(above.at('config'))).toEqual(['key']);
    expect(readFileSync(path)).toEqual(OLD);
  });

  it.each<[string, (path: string) => void]>([
    ['written to', (path) => writeFileSync(path, 'another key')],
    ['replaced', (path) => replaceBy(path, 'another key')],
    ['taken away', (path) => rmSync(path)],
    ['replaced by a symlink to its like', (path) => replaceByLink(path)],
  ])('is not committed where the file was %s meanwhile', (_, meddle) => {
    using above = new TemporaryDirectory();
    const { path, prepared } = prepare(above);
    meddle(path);
    const before = readIfThere(path);

    expect(() => prepared.check()).toThrow(CHANGED);
    expect(() => prepared.commit()).toThrow(CHANGED);
    prepared[Symbol.dispose]();

    expect(readIfThere(path)).toBe(before);
    expect(readdirSync(above.at('config')).filter((name) => name.startsWith('.keykeeper'))).toEqual([]);
  });

  it('is not committed where its directory was swapped for another meanwhile', () => {
    using above = new TemporaryDirectory();
    const { path, prepared } = prepare(above);
    renameSync(above.at('config'), above.at('moved'));
    mkdirSync(above.at('config'));
    writeFileSync(path, OLD);

    expect(() => prepared.check()).toThrow(CHANGED);
    expect(() => prepared.commit()).toThrow(CHANGED);
    prepared[Symbol.dispose]();

    expect(readFileSync(path)).toEqual(OLD);
    expect(readFileSync(above.at('moved/key'))).toEqual(OLD);
    expect([readdirSync(above.at('config')), readdirSync(above.at('moved'))]).toEqual([['key'], ['key']]);
  });

  it('is committed once, and leaves what comes under the name of its temporary file afterwards', () => {
    using above = new TemporaryDirectory();
    const { path, prepared } = prepare(above);
    const [temporary = ''] = readdirSync(above.at('config')).filter((name) => name !== 'key');

    prepared.commit().release();
    writeFileSync(above.at(`config/${temporary}`), 'of another');
    prepared[Symbol.dispose]();

    expect(readFileSync(path)).toEqual(NEW);
    expect(readFileSync(above.at(`config/${temporary}`), 'utf8')).toBe('of another');
  });
});

function replaceBy(path: string, text: string): void {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

function replaceByLink(path: string): void {
  renameSync(path, `${path}.old`);
  symlinkSync('key.old', path);
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
