import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isRoot } from '../../unit/files/root.ts';
import { isAvailable } from '../files/requirement.ts';
import { AttackScene } from './attack-scene.ts';

interface Attack {
  readonly name: string;
  readonly strike: (scene: AttackScene) => void;
  /** How Keykeeper's gate answers. */
  readonly exitCode: number;
  /** What the twin suffers. */
  readonly harm: string;
}

const OUTSIDE = 'something outside was changed';
const TERABYTE = 1024 ** 4;

const ATTACKS: readonly Attack[] = [
  {
    name: 'a symlink to a file that is to be overwritten',
    strike: (scene) => replaceKey(scene, (path) => symlinkSync('../outside/passwd', path)),
    exitCode: 13,
    harm: OUTSIDE,
  },
  {
    name: 'a symlink to a file that is to be given away',
    strike: (scene) => replaceKey(scene, (path) => symlinkSync('../outside/shadow', path)),
    exitCode: 13,
    harm: OUTSIDE,
  },
  {
    name: 'a symlink to a file that is to be made',
    strike: (scene) => replaceKey(scene, (path) => symlinkSync('../outside/authorized_keys', path)),
    exitCode: 13,
    harm: OUTSIDE,
  },
  {
    name: 'a hard link to a file that is to be given away',
    strike: (scene) => replaceKey(scene, (path) => linkSync(scene.at('outside', 'shadow'), path)),
    // Its owner would change under the other name, too.
    exitCode: 13,
    harm: OUTSIDE,
  },
  {
    name: 'a hard link to a file that is to be overwritten',
    strike: (scene) => replaceKey(scene, (path) => linkSync(scene.at('outside', 'passwd'), path)),
    // A malformed key is replaced by rename: the other name keeps its content and owner.
    exitCode: 0,
    harm: OUTSIDE,
  },
  {
    name: 'a pipe',
    strike: (scene) => replaceKey(scene, (path) => execFileSync('mkfifo', [path])),
    exitCode: 13,
    harm: 'it hung',
  },
  {
    name: 'a device',
    strike: (scene) => replaceKey(scene, (path) => execFileSync('mknod', [path, 'c', '1', '7'])),
    exitCode: 13,
    harm: 'it crashed',
  },
  {
    name: 'a directory',
    strike: (scene) => replaceKey(scene, (path) => mkdirSync(path)),
    exitCode: 13,
    harm: 'it crashed',
  },
  {
    name: 'sparse files of a terabyte each',
    strike: (scene) => {
      for (const name of ['glpicrypt.key', 'config_db.php']) truncateSync(scene.at('config', name), TERABYTE);
    },
    exitCode: 13,
    harm: 'it crashed',
  },
  {
    name: 'another key, so that the good one is forgotten',
    strike: (scene) => writeFileSync(scene.live, Buffer.alloc(32, 7)),
    exitCode: 0,
    harm: 'the good key is kept nowhere',
  },
];

const runnable = isAvailable('root', 'attacks on a defender with root', isRoot ? null : 'this is not root');

describe.skipIf(!runnable)('in place of a guarded file', () => {
  describe.each(ATTACKS)('$name', ({ strike, exitCode, harm }) => {
    it('does no harm through Keykeeper', async () => {
      using scene = new AttackScene('Keykeeper');
      await scene.defend();

      strike(scene);
      await scene.defend();

      expect(await scene.harm()).toEqual([]);
      expect(scene.exitCode).toBe(exitCode);
    });

    it(`does harm through the naive twin: ${harm}`, async () => {
      using scene = new AttackScene('the naive twin');
      await scene.defend();

      strike(scene);
      await scene.defend();

      expect(await scene.harm()).toContain(harm);
    });
  });
});

function replaceKey({ live }: AttackScene, make: (path: string) => void): void {
  rmSync(live);
  make(live);
}
