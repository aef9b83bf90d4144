import { utimesSync, writeFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

/** Cuts a file, fills it and touches it, as fast as it can, until it is told to stop; counts what it did. */
const { path, stop } = workerData as { path: string; stop: Int32Array };

parentPort?.postMessage('flooding');
for (let turn = 1; Atomics.load(stop, 0) === 0; turn += 1) {
  writeFileSync(path, turn % 2 === 0 ? 'no key' : '');
  utimesSync(path, turn, turn);
  Atomics.store(stop, 1, turn * 3);
}
