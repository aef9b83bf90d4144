import { type AbsolutePath, mode } from '../core/brand.ts';
import { Failure, systemCode } from '../core/failure.ts';
import type { FileAccess, FileState } from '../core/guarded-set.ts';
import type { AccessTarget } from './access-facts.ts';
import { accessFailure, ignoredChange } from './access-failure.ts';
import { AccessHandle } from './access-handle.ts';
import { modeText } from './access-text.ts';
import { fileChanged } from './held-file.ts';
import { accessOf, isVersionOf, specialType } from './read-file.ts';

/**
 * What differs between the access of a file and the wanted one, as phrases for a person: "owner is 0:0, expected 33:33".
 * Empty: nothing to repair.
 */
export function accessProblems(actual: Pick<FileAccess, 'uid' | 'gid' | 'mode'>, wanted: AccessTarget): string[] {
  const problems: string[] = [];
  const uid = wanted.uid ?? actual.uid;
  const gid = wanted.gid ?? actual.gid;
  if (uid !== actual.uid || gid !== actual.gid) {
    problems.push(`owner is ${actual.uid}:${actual.gid}, expected ${uid}:${gid}`);
  }
  if (wanted.mode !== null && wanted.mode !== actual.mode) {
    problems.push(`mode is ${modeText(actual.mode)}, expected ${modeText(wanted.mode)}`);
  }
  return problems;
}

/**
 * Gives the regular file `path` the wanted owner and mode, on a descriptor and nothing else: content, times and other
 * names stay. Killed between the two changes, the next run makes the other one.
 *
 * A file with a second hard link is refused, for the other name would change its owner too (a web application could link
 * a foreign file here); `replaceFile` with the same content separates the two. So is a file that took the name since it
 * was `seen`: nobody looked at it yet.
 *
 * Throws the Failure 'access-not-repaired' with the reason and the line that helps, 'file-changed' or 'file-not-regular'.
 */
export function repairAccess(path: AbsolutePath, wanted: AccessTarget, seen?: FileState): 'unchanged' | 'repaired' {
  try {
    using handle = new AccessHandle(path);
    const type = specialType(handle.stats);
    if (type !== null) throw notRegular(path, type);
    if (seen?.kind === 'regular' && !isVersionOf(seen.version, handle.stats)) throw fileChanged(path);
    const actual = accessOf(handle.stats);
    if (accessProblems(actual, wanted).length === 0) return 'unchanged';
    if (actual.links > 1) throw shared(path, actual.links);
    applyAccess(handle, actual, wanted);
    if (accessProblems(accessOf(handle.look()), wanted).length > 0) throw ignoredChange(path, wanted);
    return 'repaired';
  } catch (error) {
    if (error instanceof Failure || systemCode(error) === undefined) throw error;
    throw accessFailure(path, wanted, error);
  }
}

/** Mode first: a process without CAP_FOWNER may change it only while it is the owner. Throws the system error. */
export function applyAccess(
  handle: AccessHandle,
  actual: Pick<FileAccess, 'uid' | 'gid' | 'mode'>,
  wanted: AccessTarget,
): void {
  if (wanted.mode !== null && wanted.mode !== actual.mode) handle.setMode(mode(wanted.mode));
  const owned = (wanted.uid ?? actual.uid) === actual.uid && (wanted.gid ?? actual.gid) === actual.gid;
  if (!owned) handle.setOwner(wanted.uid, wanted.gid);
}

function notRegular(path: AbsolutePath, type: string): Failure {
  return new Failure('file-not-regular', `${path} is a ${type}; its owner and mode are left alone`, {
    target: path,
    expected: 'a regular file',
    try: `see what it is, then move it away: ls -ld ${path}`,
  });
}

function shared(path: AbsolutePath, links: number): Failure {
  return new Failure(
    'access-not-repaired',
    `cannot set owner and mode of ${path}: the file has ${links} names, and the others would change with it`,
    {
      target: path,
      expected: 'a file with one name',
      try: `give it its own copy: cp -p ${path} ${path}.copy && mv ${path}.copy ${path}`,
    },
  );
}
