import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The server's programs without the service: nothing is started by installing it. */
const PACKAGE = 'mariadb-server-core';

/** Whether {@link installMariadb} can work: Debian or a relative of it, and root. */
export function canInstallMariadb(): boolean {
  try {
    return (
      process.getuid?.() === 0 && /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(readFileSync('/etc/os-release', 'utf8'))
    );
  } catch {
    return false;
  }
}

/**
 * Installs the distribution's MariaDB server programs with apt.
 *
 * @returns the name of the package, for the caller to tell
 * @throws the error of apt-get, with its output
 */
export async function installMariadb(): Promise<string> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-q'], { env });
  await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', PACKAGE], {
    env,
    maxBuffer: 16 * 1024 * 1024,
  });
  return PACKAGE;
}
