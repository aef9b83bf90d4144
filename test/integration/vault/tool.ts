import { spawnSync } from 'node:child_process';

/**
 * Whether a command-line tool is there, installed from the distribution's package of the same name where that is
 * possible. Says so loudly when it is not; throws instead when `KEYKEEPER_TEST_REQUIRE` (a list with commas) names it.
 */
export function toolAvailable(name: string): boolean {
  if (runs(name)) return true;
  const root = process.geteuid?.() === 0;
  if (root)
    spawnSync('apt-get', ['install', '-y', '-q', name], { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
  return runs(name) || missing(name, `"${name}" is not installed and could not be`);
}

/** Whether tests that need root may run; loud otherwise, and a failure where `KEYKEEPER_TEST_REQUIRE` has `root`. */
export function rootAvailable(): boolean {
  return process.geteuid?.() === 0 || missing('root', 'this is not root');
}

/** Whether file systems can be mounted; loud otherwise, and a failure where `KEYKEEPER_TEST_REQUIRE` has `mount`. */
export function mountAvailable(folder: string): boolean {
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', folder]).status === 0;
  if (mounted) spawnSync('umount', [folder]);
  return mounted || missing('mount', 'no file system can be mounted here');
}

function runs(name: string): boolean {
  return spawnSync(name, ['--version']).error === undefined;
}

function missing(name: string, why: string): false {
  if (process.env.KEYKEEPER_TEST_REQUIRE?.split(',').includes(name)) throw new Error(`${why}, and tests require it`);
  process.stderr.write(`\n*** SKIPPED, since ${why} ***\n`);
  return false;
}
