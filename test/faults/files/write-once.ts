import { readSync, writeFileSync, writeSync } from 'node:fs';
import { absolutePath, gid, mode, uid } from '../../../src/core/brand.ts';
import { Failure } from '../../../src/core/failure.ts';
import { readGuarded } from '../../../src/files/read-file.ts';
import { createFile, replaceFile } from '../../../src/files/write-file.ts';

/**
 * Says on standard output that it is ready, and waits for a word on standard input. Then it creates or replaces the file of
 * the second argument once, between two marks on standard error, and writes what came of it to the file of the third: the
 * outcome, or the Failure. Any other error ends the process with a code.
 */
const [verb, target = '', report = ''] = process.argv.slice(2);
const path = absolutePath(target);
const content = Buffer.alloc(32, 'n');
const access = { uid: uid(33), gid: gid(33), mode: mode(0o640) };
const expected = readGuarded(path);

writeSync(1, 'ready');
readSync(0, Buffer.alloc(2));
writeFileSync(report, JSON.stringify(told()));

function told(): object {
  writeSync(2, 'BEGIN\n');
  try {
    if (verb === 'create') return { outcome: createFile(path, content, access) };
    using result = replaceFile(path, content, access, expected);
    const outcome = result.unsynced === null ? 'replaced' : 'unsynced';
    return { outcome, late: result.late?.toString() ?? null };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { failure: error.code, message: error.message };
  } finally {
    writeSync(2, 'END\n');
  }
}
