import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { Failure, type FailureCode, systemCode } from '../../core/failure.ts';

/** What was being done when the system refused. */
export type Attempt = 'read' | 'write';

/**
 * Makes a `Failure` of a system error in the vault that says which of the usual causes it is: full, read-only mount,
 * another owner. A `Failure` passes through; anything else is a fault of our own, and is thrown on.
 *
 * @param path the file or folder that the call was about
 */
export function vaultFailure(error: unknown, path: string, attempt: Attempt): Failure {
  if (error instanceof Failure) return error;
  const code = systemCode(error);
  if (code === undefined) throw error;
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new Failure('vault-full', `the vault is full (${code}): nothing was written`, {
        target: path,
        expected: 'free space and free inodes on the volume of the vault',
        try: `df -h ${path}; df -i ${path}`,
        cause: error,
      });
    case 'EROFS':
      return new Failure('vault-unwritable', 'the vault is on a read-only mount', {
        target: path,
        expected: 'a volume mounted read-write',
        try: 'mount a volume of its own at the vault, without ":ro": the root file system of this container is read-only',
        cause: error,
      });
    case 'EACCES':
    case 'EPERM':
      return deniedFailure(path, attempt, error);
    default: {
      const message = `cannot ${attempt} the vault (${code})`;
      return new Failure(codeOf(attempt), message, { target: path, cause: error });
    }
  }
}

/** The vault belongs to another user than this process, which `user:` in a Compose file changed, for one. */
export function deniedFailure(path: string, attempt: Attempt, cause?: unknown): Failure {
  const { folder, owner } = nearestOwner(path);
  const [own, group] = [process.geteuid?.() ?? 0, process.getegid?.() ?? 0];
  const message =
    owner === null || owner === own
      ? `cannot ${attempt} the vault: permission denied in "${folder}"`
      : `cannot ${attempt} the vault: "${folder}" belongs to uid ${owner}, this is uid ${own} (was "user:" changed?)`;
  return new Failure(codeOf(attempt), message, {
    target: path,
    expected: `a folder owned by ${own}:${group}`,
    try: `docker run --rm --volumes-from <keykeeper's container> debian:bookworm-slim chown -R ${own}:${group} ${folder}`,
    ...(cause === undefined ? {} : { cause }),
  });
}

function codeOf(attempt: Attempt): FailureCode {
  return attempt === 'read' ? 'vault-unreadable' : 'vault-unwritable';
}

/** Owner of `path`, or of the nearest folder above it that can be looked at. */
function nearestOwner(path: string): { folder: string; owner: number | null } {
  for (let folder = path; ; folder = dirname(folder)) {
    try {
      return { folder, owner: statSync(folder).uid };
    } catch {
      if (folder === dirname(folder)) return { folder: path, owner: null };
    }
  }
}
