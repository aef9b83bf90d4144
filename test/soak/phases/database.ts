import { rmSync } from 'node:fs';
import type { Scene } from '../scene.ts';
import type { Phase } from './phase.ts';

/** What happens to rows, and to the server that holds them. */
export const DATABASE_PHASES: readonly Phase[] = [
  { name: 'rows saved', share: 3, needsDatabase: true, keeps: 'nothing', run: saveRows },
  { name: 'secrets saved', share: 2, needsDatabase: true, keeps: 'generations and escrow', run: saveSecrets },
  { name: 'the database restarts', share: 1, needsDatabase: true, keeps: 'nothing', run: restartDatabase },
];

async function saveRows(scene: Scene): Promise<void> {
  for (let round = 0; round < 200 * scene.scale; round += 1) {
    await scene.glpi.save();
    await scene.event();
  }
}

async function saveSecrets(scene: Scene): Promise<void> {
  for (let round = 0; round < 60 * scene.scale; round += 1) {
    await scene.glpi.saveSecret(scene.random.below(1_000));
    if (round % 10 === 0) scene.watch.signal('SIGHUP');
    await scene.event();
  }
}

/** The key goes while nobody can prove it. */
async function restartDatabase(scene: Scene): Promise<void> {
  await scene.glpi.restartDatabase();
  await scene.event();
  for (let round = 0; round < 5; round += 1) {
    rmSync(scene.instance.keyPath, { force: true });
    scene.watch.signal('SIGHUP');
    await scene.event();
  }
  await scene.untilDatabaseAnswers();
}
