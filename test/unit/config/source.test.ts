import { mkdirSync, symlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { directoryOwner, isDirectory } from '../../../src/config/source.ts';
import { TemporaryDirectory } from '../files/temporary-directory.ts';

describe('looking for the directory of an image', () => {
  it('finds none where the system refuses to look, instead of ending the program', () => {
    using place = new TemporaryDirectory();
    // Root is refused nothing but this: path_resolution(7), ELOOP.
    symlinkSync('itself', place.at('itself'));

    expect(isDirectory(place.at('itself', 'config'))).toBe(false);
    expect(directoryOwner(place.at('itself', 'config'))).toBeNull();
  });

  it('finds what is there', () => {
    using place = new TemporaryDirectory();
    mkdirSync(place.at('config'));

    expect(isDirectory(place.at('config'))).toBe(true);
    expect(isDirectory(place.at('absent'))).toBe(false);
  });
});
