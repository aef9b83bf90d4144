import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { leftovers } from '../../../src/files/leftovers.ts';
import { TemporaryDirectory } from './temporary-directory.ts';

const NAMESPACE = /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '';
const RANDOM = '0123456789abcdef';

it('removes the temporary file of a process that has ended, at once', () => {
  using directory = new TemporaryDirectory();
  const ended = spawnSync('true').pid;
  writeFileSync(directory.at(`.keykeeper-${NAMESPACE}-${ended}-${RANDOM}.tmp`), 'key');

  expect(leftovers(directory.path)).toEqual([`.keykeeper-${NAMESPACE}-${ended}-${RANDOM}.tmp`]);
  expect(readdirSync(directory.path)).toEqual([]);
});

it('leaves a young one whose writer lives, or may live in another container, and takes it after a minute', () => {
  using directory = new TemporaryDirectory();
  const names = [`.keykeeper-1-1-${RANDOM}.tmp`, `.keykeeper-${NAMESPACE}-${process.ppid}-${RANDOM}.tmp`];
  for (const name of names) writeFileSync(directory.at(name), 'key');

  const young = leftovers(directory.path);
  const old = leftovers(directory.path, Date.now() + 61_000);

  expect(young).toEqual([]);
  expect(old.sort()).toEqual(names.sort());
});

it('leaves a young one of another pid namespace, where the same number may be a writer that lives', () => {
  using directory = new TemporaryDirectory();
  const ended = spawnSync('true').pid;
  writeFileSync(directory.at(`.keykeeper-1-${ended}-${RANDOM}.tmp`), 'key');

  expect(leftovers(directory.path)).toEqual([]);
});

it('takes one of its own at once: while it looks, it writes nothing', () => {
  using directory = new TemporaryDirectory();
  const name = `.keykeeper-${NAMESPACE}-${process.pid}-${RANDOM}.tmp`;
  writeFileSync(directory.at(name), 'key');

  expect(leftovers(directory.path)).toEqual([name]);
});

it('takes a thousand in a run, where somebody made more', () => {
  using directory = new TemporaryDirectory();
  for (let index = 0; index < 1002; index += 1) {
    writeFileSync(directory.at(`.keykeeper-1-1-${String(index).padStart(16, '0')}.tmp`), '');
  }

  const now = Date.now() + 61_000;

  expect([leftovers(directory.path, now).length, leftovers(directory.path, now).length]).toEqual([1000, 2]);
});

it('never takes anything else, whatever its age', () => {
  using directory = new TemporaryDirectory();
  writeFileSync(directory.at('glpicrypt.key'), 'key');
  writeFileSync(directory.at('.keykeeper-notes.tmp'), 'mine');
  writeFileSync(directory.at(`.keykeeper-1-1-${RANDOM}.tmp~`), 'mine');
  mkdirSync(directory.at(`.keykeeper-1-1-${RANDOM}.tmp`));
  symlinkSync('glpicrypt.key', directory.at(`.keykeeper-1-2-${RANDOM}.tmp`));
  const before = readdirSync(directory.path);

  expect(leftovers(directory.path, Date.now() + 61_000)).toEqual([]);
  expect(readdirSync(directory.path)).toEqual(before);
});

it('finds nothing in an absent directory', () => {
  using directory = new TemporaryDirectory();

  expect(leftovers(directory.at('absent'))).toEqual([]);
});
