import { chmodSync, linkSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { hasMountedName, NameSignatures } from '../../../src/files/name-signatures.ts';
import { TemporaryDirectory } from './temporary-directory.ts';

it('finds each kind of change once', () => {
  using directory = new TemporaryDirectory();
  const signatures = new NameSignatures(directory.path, ['key', 'other']);
  const changes: (() => void)[] = [
    () => writeFileSync(directory.at('key'), 'one'),
    () => writeFileSync(directory.at('key'), 'two'),
    () => chmodSync(directory.at('key'), 0o600),
    () => linkSync(directory.at('key'), directory.at('second')),
    () => utimesSync(directory.at('key'), 1, 1),
    () => rmSync(directory.at('key')),
    () => mkdirSync(directory.at('key')),
  ];

  for (const change of changes) {
    // A file system's clock can stand still for some milliseconds, and a change in them leaves no trace in the times.
    const start = Date.now();
    while (Date.now() < start + 20);
    change();

    expect([signatures.changed(), signatures.changed()]).toEqual([['key'], []]);
  }
});

it('takes a directory that is absent for absent names', () => {
  using directory = new TemporaryDirectory();
  const signatures = new NameSignatures(directory.at('absent'), ['key']);

  const before = signatures.changed();
  mkdirSync(directory.at('absent'));
  writeFileSync(directory.at('absent', 'key'), 'x');

  expect(before).toEqual([]);
  expect(signatures.changed()).toEqual(['key']);
});

it('sees no mount in an ordinary directory, and one where the system has one', () => {
  using directory = new TemporaryDirectory();

  expect(hasMountedName(directory.path, ['glpicrypt.key'])).toBe(false);
  expect(hasMountedName('', ['nothing', 'proc'])).toBe(true);
});
