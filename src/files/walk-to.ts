import { constants, lstatSync, readlinkSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Descriptor, O_PATH } from './descriptor.ts';

/** As many links as the kernel itself follows on one path (path_resolution(7)). */
const MOST_LINKS = 40;

/**
 * The directory above `path`, held by its descriptor; null where there is no /proc to go by.
 *
 * The web application may own directories above the config directory too (a volume that holds the whole tree), and put a
 * symlink there. So the way is walked name by name, each opened in the one before and never through a link, except links
 * that root owns: those an administrator made, and nobody else can.
 *
 * @throws the system error; `ELOOP` for a link of somebody else
 */
export function walkToParent(path: string): Descriptor | null {
  // A name in a directory that is held already needs no way.
  if (path.startsWith('/proc/self/fd/') || !hasProc()) return null;
  let names = namesOf(dirname(path));
  for (let links = 0; links <= MOST_LINKS; links += 1) {
    const end = walk(names, path);
    if (end instanceof Descriptor) return end;
    names = end;
  }
  throw refused(path);
}

/** The end of the way, or, at the first link on it, the names to walk in its place. */
function walk(names: readonly string[], path: string): Descriptor | string[] {
  let at = new Descriptor('/', O_PATH | constants.O_DIRECTORY);
  try {
    for (const [index, name] of names.entries()) {
      const entry = `/proc/self/fd/${at.number}/${name}`;
      const next = new Descriptor(entry, O_PATH | constants.O_NOFOLLOW);
      const stats = next.stats();
      if (stats.isSymbolicLink()) {
        using link = next;
        const target = readlinkSync(entry);
        // Read by name: it counts only if the name is still this very link, which root made.
        const named = lstatSync(entry, { bigint: true });
        if (stats.uid !== 0n || named.ino !== stats.ino || named.dev !== link.stats().dev) throw refused(path);
        at[Symbol.dispose]();
        const walked = `/${names.slice(0, index).join('/')}`;
        return [...namesOf(resolve(walked, target)), ...names.slice(index + 1)];
      }
      at[Symbol.dispose]();
      at = next;
    }
    return at;
  } catch (error) {
    at[Symbol.dispose]();
    throw error;
  }
}

function hasProc(): boolean {
  return lstatSync('/proc/self/fd', { throwIfNoEntry: false }) !== undefined;
}

function namesOf(path: string): string[] {
  return resolve(path)
    .split('/')
    .filter((name) => name !== '');
}

function refused(path: string): Error {
  return Object.assign(new Error(`a symlink above ${path} is not root's`), { code: 'ELOOP' });
}
