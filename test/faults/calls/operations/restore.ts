import { randomBytes } from 'node:crypto';
import type { Operation, Prepared, Scene } from '../operation.ts';
import { keysOf } from '../state/judge-state.ts';
import { CONFIG_DB, makeFolders, putConfig, removeConfig, runWhole, settingsOf } from './config-files.ts';

/** Everything guarded, the OAuth pair too: never half of it comes back. */
const FILES = {
  'glpicrypt.key': randomBytes(32),
  'config_db.php': CONFIG_DB,
  'oauth.pem': '-----BEGIN PRIVATE KEY-----\nnone\n-----END PRIVATE KEY-----\n',
  'oauth.pub': '-----BEGIN PUBLIC KEY-----\nnone\n-----END PUBLIC KEY-----\n',
};

/** `keykeeper restore` into a config directory that lost all its files. */
export const restore: Operation = {
  name: 'restore',
  args: ['restore', '--json'],
  prepare: async (scene) => {
    const environment = await captured(scene);
    for (const name of Object.keys(FILES)) removeConfig(scene, name);
    return wholeAgain(environment);
  },
};

/** `keykeeper restore` over a key file that was cut short. */
export const replace: Operation = {
  name: 'replace',
  args: ['restore', '--json'],
  prepare: async (scene) => {
    const environment = await captured(scene);
    putConfig(scene, 'glpicrypt.key', FILES['glpicrypt.key'].subarray(0, 20));
    return wholeAgain(environment);
  },
};

async function captured(scene: Scene) {
  makeFolders(scene);
  for (const [name, content] of Object.entries(FILES)) putConfig(scene, name, content);
  const environment = settingsOf(scene);
  await runWhole(scene, ['capture', '--json'], environment);
  return environment;
}

function wholeAgain(environment: Prepared['environment']): Prepared {
  return {
    environment,
    identity: null,
    reset: async () => undefined,
    unfinished: async (state) => {
      const missing = Object.entries(FILES).filter(([name, content]) => {
        return state.tree.get(`config/${name}`)?.content.equals(Buffer.from(content)) !== true;
      });
      const wrong = missing.map(([name]) => `${name} is not back`);
      if (!keysOf(state).has(FILES['glpicrypt.key'].toString('base64'))) wrong.push('the key is nowhere');
      return wrong;
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}
