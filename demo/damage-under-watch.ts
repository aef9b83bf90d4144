import { chmodSync, chownSync, readFileSync, statSync, truncateSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import type { RunningWatch } from './keykeeper.ts';
import type { Scene } from './scene.ts';
import { conclude, show, showCommand } from './screen.ts';

const PATIENCE = 30_000;
/** After a repair the watch looks at database and vault once more; damage comes when it is at rest again. */
const REST = 1_500;

interface Damage {
  readonly typed: string;
  readonly inflict: (path: string) => void;
}

const DAMAGES: readonly Damage[] = [
  { typed: 'rm glpicrypt.key', inflict: unlinkSync },
  { typed: 'truncate --size 0 glpicrypt.key', inflict: (path) => truncateSync(path, 0) },
];

const DISOWNED: Damage = {
  typed: 'chown root:root glpicrypt.key; chmod 600 glpicrypt.key',
  inflict: (path) => {
    chownSync(path, 0, 0);
    chmodSync(path, 0o600);
  },
};

/** What somebody who is not root can do to a file of his own. */
const LOCKED: Damage = { typed: 'chmod 000 glpicrypt.key', inflict: (path) => chmodSync(path, 0) };

/** Damages the key file in one way after the other, and measures how long it takes until it stands as before. */
export async function damageUnderWatch(scene: Scene, watch: RunningWatch, signal: AbortSignal): Promise<void> {
  const path = join(scene.configDir, 'glpicrypt.key');
  for (const { typed, inflict } of [...DAMAGES, process.getuid?.() === 0 ? DISOWNED : LOCKED]) {
    await sleep(REST, undefined, { signal });
    const before = readFileSync(path);
    watch.takeLog();
    showCommand(typed);
    const started = performance.now();
    inflict(path);
    await untilItIsBack(path, before, scene.owner.uid, signal);
    const milliseconds = performance.now() - started;
    await watch.untilItLogs('action done');
    show(watch.takeLog());
    conclude(true, `Back after ${milliseconds.toFixed(1)} ms.`);
  }
}

async function untilItIsBack(path: string, content: Buffer, uid: number, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + PATIENCE;
  while (!isWhole(path, content, uid)) {
    if (performance.now() > deadline) throw new Error(`${path} did not come back within ${PATIENCE} ms`);
    await setImmediate(undefined, { signal });
  }
}

function isWhole(path: string, content: Buffer, uid: number): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined || found.uid !== uid || (found.mode & 0o600) !== 0o600) return false;
  return found.size === content.length && readFileSync(path).equals(content);
}
