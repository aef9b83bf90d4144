import { execFile } from 'node:child_process';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { checkState } from '../check-state.ts';
import type { Scene } from '../scene.ts';
import type { Phase } from './phase.ts';

const run = promisify(execFile);
/** Keys of others, which come again and again; each stays in the vault. */
const STRANGERS = 8;

/** What happens to the key itself. */
export const KEY_PHASES: readonly Phase[] = [
  { name: "a stranger's key", share: 1, needsDatabase: true, keeps: 'generations', run: replaceKey },
  { name: 'GLPI rotates', share: 1, needsDatabase: true, keeps: 'generations and escrow', run: rotateByGlpi },
  { name: 'keykeeper rotate', share: 1, needsDatabase: true, keeps: 'generations and escrow', run: rotateByKeykeeper },
];

async function replaceKey(scene: Scene): Promise<void> {
  const { keyPath, configDir } = scene.instance;
  const beside = join(configDir, 'restored.key');
  for (let round = 0; round < 2; round += 1) {
    writeFileSync(beside, Buffer.alloc(32, 1 + scene.random.below(STRANGERS)), { mode: 0o640 });
    renameSync(beside, keyPath);
    await scene.event();
    await checkState(scene, "a stranger's key");
  }
}

async function rotateByGlpi(scene: Scene): Promise<void> {
  for (let round = 0; round < 2; round += 1) {
    await scene.glpi.rotate();
    await scene.event();
    await checkState(scene, 'a rotation by GLPI');
  }
}

async function rotateByKeykeeper(scene: Scene): Promise<void> {
  const parameters = [scene.program.main, 'rotate', '--yes', '--json'];
  const env = { PATH: process.env.PATH ?? '', ...scene.environment };
  await run(process.execPath, parameters, { env }).catch((error: { stdout?: string }) => {
    throw new Error(`keykeeper rotate failed: ${error.stdout ?? error}`);
  });
  scene.glpi.followFile();
  await scene.event();
}
