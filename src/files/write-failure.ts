import { dirname } from 'node:path';
import type { AbsolutePath } from '../core/brand.ts';
import { Failure, systemCode } from '../core/failure.ts';

/** Turns what the system refused while `path` was written into the Failure 'file-write-failed'; a Failure stays one. */
export function writeFailure(path: AbsolutePath, error: unknown): Failure {
  if (error instanceof Failure) return error;
  const code = systemCode(error);
  if (code === undefined) throw error;
  const [why, remedy] = explain(dirname(path), code);
  return new Failure('file-write-failed', `cannot write ${path}: ${why}; what was there is untouched`, {
    target: path,
    expected: 'a directory that Keykeeper can write to',
    try: remedy,
    cause: error,
  });
}

function explain(directory: string, code: string): [string, string] {
  switch (code) {
    case 'ENOSPC':
      return ['no space or no inodes left', `free some: df -h ${directory}; df -i ${directory}`];
    case 'EDQUOT':
      return ['the disk quota is used up', `free some space or raise the quota of the volume under ${directory}`];
    case 'EROFS':
      return ['the file system is mounted read-only', `mount ${directory} into Keykeeper without ":ro"`];
    case 'EACCES':
    case 'EPERM':
      return [
        `uid ${process.geteuid?.() ?? 'unknown'} may not (${code})`,
        `give Keykeeper the owner of ${directory} as user: "uid:gid", or user: "0:0" with cap_add: [CHOWN, FOWNER, DAC_OVERRIDE]`,
      ];
    case 'ENOENT':
      return [
        `${directory} or the file being written is gone`,
        `ls -ld ${directory}; check the volume that is mounted there`,
      ];
    case 'ENOTDIR':
    case 'ELOOP':
      return [
        `${directory} is a symlink or no directory`,
        `set KEYKEEPER_CONFIG_DIR to the real directory: readlink -f ${directory}`,
      ];
    case 'EBUSY':
      return [
        'it is mounted by itself, and a mounted file cannot be replaced',
        `mount its directory ${directory} instead`,
      ];
    case 'EIO':
      return ['the device reports an input/output error', "look for the disk in the host's kernel log: dmesg | tail"];
    default:
      return [`the system answers ${code}`, `ls -ld ${directory}; df -h ${directory}`];
  }
}
