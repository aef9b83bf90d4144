import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { watchDirectory } from '../../../src/files/watch-directory.ts';
import { Hints } from '../../unit/files/hints.ts';
import { TemporaryDirectory } from '../../unit/files/temporary-directory.ts';
import { Mounts, mountTrouble } from './mounts.ts';
import { isAvailable } from './requirement.ts';

const canMount = isAvailable('mount', 'watching a file that is mounted by itself', mountTrouble());
const canLimit = isAvailable('unshare', "watching at inotify's limits", namespaceTrouble());

describe.skipIf(!canMount)('a file that is mounted by itself', () => {
  it('is watched by looks, since inotify does not tell what happens to it', async () => {
    using mounts = new Mounts();
    const hints = new Hints();
    const host = mounts.directory.at('host-key');
    mkdirSync(mounts.directory.at('config'));
    writeFileSync(mounts.directory.at('config', 'glpicrypt.key'), '');
    writeFileSync(host, 'one');
    mounts.bindFile(host, mounts.directory.at('config', 'glpicrypt.key'));
    await using _watch = await watchDirectory(mounts.directory.at('config'), ['glpicrypt.key'], hints.listener, {
      pollInterval: 3_600_000,
      fastPollInterval: 20,
    });

    await hints.after(() => writeFileSync(host, 'two'), 'glpicrypt.key');

    expect(hints.names()).toEqual(['glpicrypt.key']);
  });
});

describe.skipIf(!canLimit)("at inotify's limits", () => {
  it.each([
    ['max_inotify_watches', 'ENOSPC'],
    ['max_inotify_instances', 'EMFILE'],
  ])('%s used up means looks, which is told, until the system gives events again', async (limit, cause) => {
    using directory = new TemporaryDirectory();
    const key = directory.at('glpicrypt.key');
    const log = directory.at('log');
    writeFileSync(log, '');
    // The limits of a user namespace of its own: nobody else's are touched.
    const script = `wait_for() { until grep -q "$1" ${log}; do sleep 0.02; done; }
      echo 0 > /proc/sys/user/${limit}
      "$@" &
      trap 'kill $!' EXIT
      trap exit TERM
      wait_for hint
      echo 1000 > /proc/sys/user/${limit}
      wait_for 'mode events'`;
    const child = spawn(
      'unshare',
      ['--user', '--map-root-user', 'sh', '-c', script, 'sh', process.execPath, watcher(), directory.path, log],
      { stdio: 'ignore' },
    );
    onTestFinished(() => {
      child.kill();
    });
    const ended = new Promise((resolve) => child.once('exit', resolve));

    await until(() => readFileSync(log, 'utf8').includes('start'));
    writeFileSync(key, 'changed');
    await ended;

    const told = readFileSync(log, 'utf8');
    expect(told).toContain(`start polling the system gives no events for ${directory.path} (${cause})`);
    expect(told).toContain('hint glpicrypt.key');
    expect(told).toContain('mode events');
  });
});

function watcher(): string {
  return join(import.meta.dirname, 'watcher.ts');
}

function namespaceTrouble(): string | null {
  const { status, stderr, error } = spawnSync('unshare', ['--user', '--map-root-user', 'true'], { encoding: 'utf8' });
  return status === 0 ? null : (error?.message ?? stderr.trim());
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20));
}
