import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AbsolutePath } from '../../../src/core/brand.ts';
import { type FileSearch, removeFound } from '../../../src/files/remove-found.ts';
import { OtherUser } from './other-user.ts';
import { isRoot } from './root.ts';
import { TemporaryDirectory } from './temporary-directory.ts';

const LIMITS = { names: 100_000, time: 60_000 };
const NEVER = new AbortController().signal;

/** Files `item-…` that begin with `old`, in `cache/<letter>`. */
const SEARCH: FileSearch = {
  directories: [(name) => name === 'cache', (name) => /^[a-z]$/.test(name)],
  landmark: 1,
  file: (name) => name.startsWith('item-'),
  headBytes: 16,
  isWanted: (head) => head.toString('latin1').startsWith('old'),
};

function write(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

const remove = (root: AbsolutePath, search: Partial<FileSearch> = {}, limits = LIMITS) =>
  removeFound(root, { ...SEARCH, ...search }, limits, NEVER);

/** Paths of all that is not a directory. */
function filesOf(root: string, below = ''): string[] {
  const found = readdirSync(join(root, below), { withFileTypes: true }).flatMap((each) => {
    const path = join(below, each.name);
    return each.isDirectory() ? filesOf(root, path) : [path];
  });
  return found.sort();
}

describe('removing what was found', () => {
  it('takes the wanted files and leaves all others, wherever they lie', async () => {
    using directory = new TemporaryDirectory();
    for (const path of ['cache/a/item-1', 'cache/b/item-2']) write(directory.at(path), 'old and gone');
    const kept = ['cache/a/other', 'cache/item-3', 'cache/ab/item-4', 'cache/a/b/item-5', 'elsewhere/a/item-6'];
    for (const path of kept) write(directory.at(path), 'old, but not on the way');
    write(directory.at('cache/a/item-new'), 'new');

    const removal = await remove(directory.path);

    expect(removal).toMatchObject({ reached: true, complete: true, removed: 2, trouble: null });
    expect(filesOf(directory.path)).toEqual([...kept, 'cache/a/item-new'].sort());
  });

  it('says when this is not the tree it was to be', async () => {
    using directory = new TemporaryDirectory();

    const empty = await remove(directory.path);
    const absent = await remove(directory.at('absent'));
    mkdirSync(directory.at('cache'));
    const present = await remove(directory.path);

    expect([empty.reached, absent.reached, present.reached]).toEqual([false, false, true]);
    expect([empty.complete, absent.complete, present.complete]).toEqual([true, true, true]);
  });

  it('follows no link: not of the root, not of a directory, not of a file', async () => {
    using directory = new TemporaryDirectory();
    using outside = new TemporaryDirectory();
    write(outside.at('cache/a/item-1'), 'old');
    write(directory.at('cache/b/other'), '');
    symlinkSync(outside.at('cache/a'), directory.at('cache/a'));
    symlinkSync(outside.at('cache/a/item-1'), directory.at('cache/b/item-1'));
    symlinkSync(outside.path, directory.at('root'));

    const removal = await remove(directory.path);
    const linked = await remove(directory.at('root'));

    expect([removal.removed, linked.removed, linked.reached]).toEqual([0, 0, false]);
    expect(existsSync(outside.at('cache/a/item-1'))).toBe(true);
    expect(filesOf(directory.path)).toEqual(['cache/a', 'cache/b/item-1', 'cache/b/other', 'root']);
  });

  it('leaves a file with a second name, and whatever is no file', async () => {
    using directory = new TemporaryDirectory();
    write(directory.at('cache/a/item-1'), 'old');
    linkSync(directory.at('cache/a/item-1'), directory.at('elsewhere'));
    mkdirSync(directory.at('cache/a/item-directory'));
    execFileSync('mkfifo', [directory.at('cache/a/item-fifo')]);

    const removal = await remove(directory.path);

    expect(removal).toMatchObject({ complete: true, removed: 0 });
    expect(filesOf(directory.path)).toEqual(['cache/a/item-1', 'cache/a/item-fifo', 'elsewhere']);
  });

  it('leaves a file that was put in the place of the one that was read', async () => {
    using directory = new TemporaryDirectory();
    write(directory.at('cache/a/item-1'), 'old');
    write(directory.at('precious'), 'old too');
    const swap = (head: Buffer): boolean => {
      renameSync(directory.at('precious'), directory.at('cache/a/item-1'));
      return SEARCH.isWanted(head);
    };

    const removal = await remove(directory.path, { isWanted: swap });

    expect(removal.removed).toBe(0);
    expect(filesOf(directory.path)).toEqual(['cache/a/item-1']);
  });

  it('stays in the directory it holds when that one is swapped for a link', async () => {
    using directory = new TemporaryDirectory();
    using outside = new TemporaryDirectory();
    write(outside.at('item-1'), 'old');
    write(directory.at('cache/a/item-1'), 'old');
    const swap = (head: Buffer): boolean => {
      if (!existsSync(directory.at('aside'))) {
        renameSync(directory.at('cache/a'), directory.at('aside'));
        symlinkSync(outside.path, directory.at('cache/a'));
      }
      return SEARCH.isWanted(head);
    };

    const removal = await remove(directory.path, { isWanted: swap });

    expect(removal.removed).toBe(1);
    expect(filesOf(outside.path)).toEqual(['item-1']);
    expect(filesOf(directory.at('aside'))).toEqual([]);
  });

  it('reads no more of a file than it is told to', async () => {
    using directory = new TemporaryDirectory();
    write(directory.at('cache/a/item-1'), `old${' '.repeat(1_000_000)}`);
    const heads: number[] = [];
    const isWanted = (head: Buffer): boolean => heads.push(head.length) === 0;

    await remove(directory.path, { isWanted });

    expect(heads).toEqual([16]);
  });

  it('stops at its limits and says so', async () => {
    using directory = new TemporaryDirectory();
    for (let at = 0; at < 20; at++) write(directory.at(`cache/a/item-${at}`), 'old');

    const narrow = await remove(directory.path, {}, { names: 7, time: 60_000 });
    const brief = await remove(directory.path, {}, { names: 100, time: -1 });
    const rest = await remove(directory.path);

    expect(narrow).toMatchObject({ complete: false, trouble: null });
    expect(narrow.removed).toBeLessThan(7);
    expect(brief).toMatchObject({ complete: false, removed: 0 });
    expect(rest).toMatchObject({ complete: true, removed: 20 - narrow.removed });
  });

  it('ends when it is told to, and another run removes the rest', async () => {
    using directory = new TemporaryDirectory();
    for (let at = 0; at < 1000; at++) write(directory.at(`cache/a/item-${at}`), 'old');
    const controller = new AbortController();
    const isWanted = (head: Buffer): boolean => {
      controller.abort(new Error('told to end'));
      return SEARCH.isWanted(head);
    };

    const killed = removeFound(directory.path, { ...SEARCH, isWanted }, LIMITS, controller.signal);
    await expect(killed).rejects.toThrow('told to end');
    const rest = await remove(directory.path);

    expect(rest.removed).toBe(999);
    expect(filesOf(directory.path)).toEqual([]);
  });

  it.skipIf(!isRoot)('says what the system refuses, and goes on with the rest', () => {
    using directory = new TemporaryDirectory();
    using user = new OtherUser(65_534);
    for (const letter of ['a', 'b', 'c']) write(directory.at(`cache/${letter}/item-1`), 'old');
    chmodSync(directory.path, 0o755);
    chmodSync(directory.at('cache/b'), 0o777);
    chmodSync(directory.at('cache/c'), 0o700);

    const removal = user.run(
      directory.path,
      "import { removeFound } from './src/files/remove-found.ts';",
      `const search = { directories: [() => true, () => true], landmark: 1, file: () => true, headBytes: 16, isWanted: () => true };
       return removeFound(path, search, { names: 100, time: 60_000 }, new AbortController().signal);`,
    );

    expect(removal).toMatchObject({ reached: true, complete: false, removed: 1, trouble: 'EACCES' });
    expect(filesOf(directory.path)).toEqual(['cache/a/item-1', 'cache/c/item-1']);
  });

  it('never touches anything but wanted files, whatever the tree', async () => {
    const name = fc.constantFrom('cache', 'a', 'b', 'item-1', 'item-2', 'other', 'core');
    const node = fc.record({
      path: fc.array(name, { minLength: 1, maxLength: 4 }),
      kind: fc.constantFrom('old', 'new', 'link', 'second name'),
    });

    await fc.assert(
      fc.asyncProperty(fc.array(node, { maxLength: 12 }), async (nodes) => {
        using directory = new TemporaryDirectory();
        const outside = mkdtempSync(join(directory.path, 'outside-'));
        writeFileSync(join(outside, 'item-1'), 'old');
        const root = directory.at('root') as AbsolutePath;
        mkdirSync(root);
        for (const { path, kind } of nodes) plant(join(root, ...path), kind, outside);
        const before = filesOf(directory.path);

        const removal = await remove(root);

        const gone = before.filter((each) => !filesOf(directory.path).includes(each));
        expect(gone).toHaveLength(removal.removed);
        for (const each of gone) expect(each).toMatch(/^root\/cache\/[ab]\/item-[12]$/);
        expect(existsSync(join(outside, 'item-1'))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

/** Puts something there, where the path is still free and its parents are directories. */
function plant(path: string, kind: string, outside: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    if (kind === 'link') symlinkSync(outside, path);
    else if (kind === 'second name') linkSync(join(outside, 'item-1'), path);
    else writeFileSync(path, kind, { flag: 'wx' });
  } catch {
    // Taken by what was planted before.
  }
}
