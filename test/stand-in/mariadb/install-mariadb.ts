import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The programs without the service, so that installing them starts nothing; mariadb-install-db needs one of each. */
const PACKAGES = ['mariadb-server-core', 'mariadb-client-core'] as const;

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
 * @returns the names of the packages, for the caller to tell
 * @throws the error of apt-get, with its output
 */
export async function installMariadb(): Promise<readonly string[]> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-q'], { env });
  await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...PACKAGES], {
    env,
    maxBuffer: 16 * 1024 * 1024,
  });
  return PACKAGES;
}
