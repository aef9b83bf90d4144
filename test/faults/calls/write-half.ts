import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/**
 * Preloaded into the program (`node --import`): the write of the number `WRITTEN_IN_HALF` asks the system for half of its
 * bytes, and so the system writes half of them and says so, as it may (write(2)). strace cannot do that: a return value
 * that it injects stands for a call that was not made.
 */
const chosen = Number(process.env.WRITTEN_IN_HALF);
const write = fs.writeSync as (...args: unknown[]) => number;
let count = 0;

fs.writeSync = ((descriptor: number, content: unknown, offset?: unknown, ...rest: unknown[]) => {
  count += 1;
  if (count !== chosen || !(content instanceof Uint8Array)) return write(descriptor, content, offset, ...rest);
  const start = typeof offset === 'number' ? offset : 0;
  return write(descriptor, content, start, Math.floor((content.length - start) / 2));
}) as typeof fs.writeSync;
syncBuiltinESMExports();
