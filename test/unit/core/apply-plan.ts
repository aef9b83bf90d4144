import { DATABASE_FILE, KEY_FILE } from '../../../src/core/guarded-set.ts';
import type { Action } from '../../../src/core/plan.ts';
import { generation, type Scene } from './build-observation.ts';

/** The scene after `actions` were carried out on it, as far as files and the vault's keys go. */
export function applyTo(scene: Scene, actions: readonly Action[]): Scene {
  return actions.reduce(applyOne, scene);
}

function applyOne(scene: Scene, action: Action): Scene {
  switch (action.action) {
    case 'capture-first':
      return withLiveKeyCaptured(scene);
    case 'restore-file': {
      if (action.target === KEY_FILE)
        return action.fingerprint === null ? scene : { ...scene, key: action.fingerprint };
      const { source, target } = action;
      return {
        ...scene,
        files: {
          ...scene.files,
          [target]: source.kind === 'generation' ? textOf(scene, source.number, target) : 'settings',
        },
      };
    }
    case 'write-database-settings':
      return { ...scene, files: { ...scene.files, [DATABASE_FILE]: 'settings' } };
    default:
      return scene;
  }
}

function withLiveKeyCaptured(scene: Scene): Scene {
  const { vault, key } = scene;
  if (vault?.kind !== 'ready' || key === undefined || key === 'absent') return scene;
  const bare = { proof: null, database: null } as const;
  const number = vault.generations.length + 1;
  if (typeof key === 'string')
    return withGeneration(scene, generation(number, { ...bare, key, texts: { [DATABASE_FILE]: null } }));
  if (!('text' in key)) return scene;
  return withGeneration(
    scene,
    generation(number, { ...bare, key: null, texts: { [DATABASE_FILE]: null, [KEY_FILE]: key.text } }),
  );
}

function withGeneration(scene: Scene, added: ReturnType<typeof generation>): Scene {
  if (scene.vault?.kind !== 'ready') return scene;
  return { ...scene, vault: { ...scene.vault, generations: [...scene.vault.generations, added] } };
}

function textOf(scene: Scene, number: number, target: string): string {
  const source =
    scene.vault?.kind === 'ready' ? scene.vault.generations.find((each) => each.number === number) : undefined;
  const content = source?.files.find((each) => each.name === target)?.content;
  if (content === undefined || content === null) throw new Error(`generation ${number} cannot give ${target}`);
  return content.reveal().toString();
}
