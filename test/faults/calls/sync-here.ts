import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/**
 * Preloaded into the program (`node --import`): what it syncs aside, in a thread of Node's, it syncs in its own. strace counts
 * calls by thread, and could not strike one of the one thread without one of the other.
 */
fs.fsync = ((descriptor: number, done: (error: unknown) => void) => {
  let failure: unknown = null;
  try {
    fs.fsyncSync(descriptor);
  } catch (error) {
    failure = error;
  }
  process.nextTick(done, failure);
}) as typeof fs.fsync;
syncBuiltinESMExports();
