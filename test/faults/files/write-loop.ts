import { unlinkSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { absolutePath, mode } from '../../../src/core/brand.ts';
import { readGuarded } from '../../../src/files/read-file.ts';
import { createFile, replaceFile } from '../../../src/files/write-file.ts';

/**
 * Until it is killed: creates the file of the first argument, replaces it a few times, deletes it, and again. Every
 * content is {@link SIZE} times one byte. Tells its parent when it starts.
 */
const SIZE = 20_000;
const path = absolutePath(process.argv[2] ?? '');
const access = { uid: null, gid: null, mode: mode(0o640) };

// Written at a regular end otherwise, which never comes.
flushCompileCache();
process.send?.('writing');
for (;;) {
  createFile(path, Buffer.alloc(SIZE, 'a'), access);
  for (const letter of ['b', 'c', 'd']) {
    replaceFile(path, Buffer.alloc(SIZE, letter), access, readGuarded(path)).release();
  }
  unlinkSync(path);
}
