import { randomBytes } from 'node:crypto';
import type { Operation } from '../operation.ts';
import { CONFIG_DB, makeFolders, putConfig, runWhole, settingsOf } from './config-files.ts';

/** `keykeeper capture` of a key that the vault does not know yet. */
export const capture: Operation = {
  name: 'capture',
  args: ['capture', '--json'],
  prepare: async (scene) => {
    makeFolders(scene);
    putConfig(scene, 'config_db.php', CONFIG_DB);
    putConfig(scene, 'glpicrypt.key', randomBytes(32));
    const environment = settingsOf(scene);
    await runWhole(scene, ['capture', '--json'], environment);
    const key = randomBytes(32);
    putConfig(scene, 'glpicrypt.key', key);
    return {
      environment,
      identity: null,
      reset: async () => undefined,
      unfinished: async ({ vault }) => {
        const kept = [...vault.generations.values()].map(({ contents }) => contents['glpicrypt.key']);
        return kept.includes(key.toString('base64')) ? [] : ['the key was not captured'];
      },
      [Symbol.asyncDispose]: async () => undefined,
    };
  },
};
