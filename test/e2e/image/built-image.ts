import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { docker, dockerOutput } from '../../stand-in/glpi/image.ts';

const PROJECT = new URL('../../..', import.meta.url).pathname;
const shell = promisify(execFile);

/** The image as anybody builds it from this clone, under a name of its own; removed when it is disposed. */
export interface BuiltImage extends AsyncDisposable {
  readonly name: string;
}

/** Quick when nothing changed since the last time: the layers come from the engine's cache. */
export async function buildImage(): Promise<BuiltImage> {
  const name = `keykeeper-test-image-${randomBytes(4).toString('hex')}`;
  await dockerOutput(['build', '--quiet', '--tag', name, PROJECT]);
  return {
    name,
    [Symbol.asyncDispose]: async () => {
      await docker(['image', 'rm', '--force', name]);
    },
  };
}

export interface ImageFile {
  /** As `ls` shows them: `drwxrwxrwt`. */
  readonly permissions: string;
  /** `uid/gid`. */
  readonly owner: string;
}

/** Every path of an image's file system, without the leading slash; directories without the one at their end. */
export async function listFiles(image: string): Promise<Map<string, ImageFile>> {
  const id = await dockerOutput(['create', image]);
  try {
    const command = 'docker export "$0" | tar --list --verbose --numeric-owner';
    const { stdout } = await shell('bash', ['-o', 'pipefail', '-c', command, id], { maxBuffer: 64 * 1024 * 1024 });
    const files = new Map<string, ImageFile>();
    for (const line of stdout.trim().split('\n')) {
      const [permissions = '', owner = '', , , , path = ''] = line.split(/\s+/);
      files.set(path.replace(/\/$/, ''), { permissions, owner });
    }
    return files;
  } finally {
    await docker(['rm', '--force', id]);
  }
}
