import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Running } from './program.ts';

/**
 * The least that a watch in Node does to put a deleted file back safely: told of it by the kernel, a temporary file written
 * and synced, a name given to it, the directory synced. It proves nothing, keeps no vault, knows one file, and asks nobody
 * before it writes. What Keykeeper takes above this is its own; what this takes is the platform's.
 */
const SCRIPT = `
const fs = require('node:fs');
const [, directory, name] = process.argv;
const path = directory + '/' + name;
const content = fs.readFileSync(path);
fs.watch(directory, (_, changed) => {
  if (changed !== name || fs.existsSync(path)) return;
  const file = fs.openSync(path + '.new', 'wx', 0o640);
  fs.writeSync(file, content);
  fs.fsyncSync(file);
  fs.closeSync(file);
  fs.linkSync(path + '.new', path);
  fs.unlinkSync(path + '.new');
  const folder = fs.openSync(directory, 'r');
  fs.fsyncSync(folder);
  fs.closeSync(folder);
});
console.log('watching');`;

/** Guards one file of a directory. Watching when this resolves. */
export async function startLeastWatch(directory: string, name: string): Promise<Running> {
  const child = spawn(process.execPath, ['-e', SCRIPT, directory, name], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  return {
    pid: child.pid ?? 0,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
