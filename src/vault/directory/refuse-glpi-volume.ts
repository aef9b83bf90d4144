import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { AbsolutePath } from '../../core/brand.ts';
import { Failure, systemCode } from '../../core/failure.ts';
import { isWithin, type Mount, sharesVolume } from './mount.ts';

/**
 * Refuses a vault in a directory of GLPI's or on a volume of GLPI's: what takes the key away would take the vault with
 * it, and GLPI could read and rewrite it.
 *
 * @param vault real path of the vault (no symbolic links)
 * @throws Failure `vault-on-glpi-volume`
 */
export function refuseGlpiVolume(
  vault: string,
  glpiDirectories: readonly AbsolutePath[],
  mounts: readonly Mount[],
): void {
  for (const directory of glpiDirectories) {
    const real = realPathOf(directory);
    if (isWithin(vault, real) || sameFolder(vault, real)) {
      throw refusal(vault, `the vault lies in GLPI's own directory "${directory}"`);
    }
    if (sharesVolume(mounts, vault, real, sameFolder)) {
      throw refusal(vault, `the vault lies on the same volume as GLPI's directory "${directory}"`);
    }
  }
}

function refusal(vault: string, message: string): Failure {
  return new Failure('vault-on-glpi-volume', message, {
    target: vault,
    expected: 'a volume of its own, which GLPI does not mount',
    try: 'add a volume "keykeeper-vault" and mount it at /vault in the keykeeper services alone',
  });
}

/** The real path of a directory that need not exist yet: a first start has none. */
function realPathOf(path: string): string {
  const ofParent = () => join(realPathOf(dirname(path)), basename(path));
  if (path === '/') return path;
  try {
    // An error that is caught takes a start longer than ten of these.
    return statSync(path, { throwIfNoEntry: false }) === undefined ? ofParent() : realpathSync.native(path);
  } catch (error) {
    return systemCode(error) === 'ENOENT' ? ofParent() : path;
  }
}

function sameFolder(a: string, b: string): boolean {
  try {
    const [left, right] = [statSync(a), statSync(b)];
    return left.dev === right.dev && left.ino === right.ino;
  } catch {
    return false;
  }
}
