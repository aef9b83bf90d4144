import { lchownSync, renameSync, symlinkSync, unlinkSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

/**
 * The attacker, in a thread of its own: puts a symlink of a web server's user in the place of a directory and takes it
 * away again, as fast as it can, until it is told to stop.
 */
const { directory, elsewhere, stop } = workerData as { directory: string; elsewhere: string; stop: Int32Array };
const moved = `${directory}.moved`;
const link = `${directory}.link`;

parentPort?.postMessage('swapping');
while (Atomics.load(stop, 0) === 0) {
  symlinkSync(elsewhere, link);
  lchownSync(link, 33, 33);
  renameSync(directory, moved);
  renameSync(link, directory);
  Atomics.add(stop, 1, 1);
  unlinkSync(directory);
  renameSync(moved, directory);
}
