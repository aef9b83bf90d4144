import { chmodSync, chownSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment, Scene } from '../operation.ts';
import { OWN_IDS } from './own-ids.ts';

/** Makes the scene's two folders, both empty. */
export function makeFolders({ root }: Scene): void {
  for (const name of ['config', 'vault']) mkdirSync(join(root, name), { recursive: true });
  chownSync(join(root, 'config'), OWN_IDS.uid, OWN_IDS.gid);
}

/** Puts a file into the config directory as GLPI's user has it. */
export function putConfig({ root }: Scene, name: string, content: Buffer | string): void {
  const path = join(root, 'config', name);
  writeFileSync(path, content);
  chmodSync(path, 0o640);
  chownSync(path, OWN_IDS.uid, OWN_IDS.gid);
}

export function removeConfig({ root }: Scene, name: string): void {
  rmSync(join(root, 'config', name));
}

/** The settings of a keeper on this scene. */
export function settingsOf({ root }: Scene, more: Environment = {}): Environment {
  return {
    KEYKEEPER_CONFIG_DIR: join(root, 'config'),
    KEYKEEPER_VAULT: `file://${join(root, 'vault')}`,
    KEYKEEPER_DATABASE: 'none',
    KEYKEEPER_SETTLE: '1ms',
    KEYKEEPER_PLATFORM: 'none',
    KEYKEEPER_REGISTRATION_VALIDATE: 'off',
    KEYKEEPER_OWNER: `${OWN_IDS.uid}:${OWN_IDS.gid}`,
    ...more,
  };
}

/** Runs a command that makes part of the scene. @throws Error where it does not end with 0 */
export async function runWhole(scene: Scene, args: readonly string[], environment: Environment): Promise<void> {
  const { exitCode, stdout, stderr } = await scene.run(args, environment);
  if (exitCode !== 0) throw new Error(`${args.join(' ')} ended with ${exitCode}: ${stdout}${stderr}`);
}

/** A config_db.php that nothing connects with. */
export const CONFIG_DB = `<?php
class DB extends DBmysql {
   public $dbhost = 'db';
   public $dbuser = 'glpi';
   public $dbpassword = 'not%20a%20secret';
   public $dbdefault = 'glpi';
}
`;
