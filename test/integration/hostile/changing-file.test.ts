import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { isRoot } from '../../unit/files/root.ts';
import { isAvailable } from '../files/requirement.ts';
import { AttackScene } from './attack-scene.ts';

/** How often the defender runs: each run meets the file in another state. */
const RUNS = 3;

const runnable = isAvailable('root', 'attacks on a defender with root', isRoot ? null : 'this is not root');

describe.skipIf(!runnable)('a key file that changes while it is read', () => {
  it('does no harm through Keykeeper', async () => {
    using scene = new AttackScene('Keykeeper');
    await scene.defend();

    await whileWritten(scene);

    expect(await scene.harm()).toEqual([]);
  });

  it('does harm through the naive twin: the good key is kept nowhere', async () => {
    using scene = new AttackScene('the naive twin');
    await scene.defend();

    await whileWritten(scene);

    expect(await scene.harm()).toContain('the good key is kept nowhere');
  });
});

async function whileWritten(scene: AttackScene): Promise<void> {
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const writer = new Worker(join(import.meta.dirname, 'write-in-turns.ts'), { workerData: { path: scene.live, stop } });
  try {
    await once(writer, 'message');
    for (let run = 0; run < RUNS; run += 1) await scene.defend();
  } finally {
    Atomics.store(stop, 0, 1);
    await once(writer, 'exit');
  }
}
