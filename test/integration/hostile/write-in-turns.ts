import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

/**
 * Writes a key file anew and anew until it is told to stop: cuts it, as GLPI does, then fills it in two steps, so that who
 * reads it finds it empty, half, or full of what is no key of anybody's.
 */
const { path, stop } = workerData as { path: string; stop: Int32Array };
const descriptor = openSync(path, 'r+');
const half = Buffer.alloc(16);

parentPort?.postMessage('writing');
while (Atomics.load(stop, 0) === 0) {
  ftruncateSync(descriptor, 0);
  for (const position of [0, 16, 0, 16, 0, 16]) {
    half.fill(Math.floor(Math.random() * 256));
    writeSync(descriptor, half, 0, half.length, position);
  }
}
closeSync(descriptor);
