import { spawn } from 'node:child_process';
import { existsSync, openSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { dockerAnswers } from '../stand-in/require.ts';

const PID_FILE = '/var/run/docker.pid';

/**
 * Whether this run may restart the machine's Docker engine: it ends every container on it, so only a run that says
 * `engine-restart` in `KEYKEEPER_TEST_REQUIRE` may, and any other says loudly that it did not.
 */
export function mayRestartEngine(): boolean {
  const required = (process.env.KEYKEEPER_TEST_REQUIRE ?? '').split(/[\s,]+/);
  if (required.includes('engine-restart')) return true;
  process.stderr.write(
    '\n*** SKIPPED: restarting the Docker engine; KEYKEEPER_TEST_REQUIRE=engine-restart does it. ***\n\n',
  );
  return false;
}

/** Stops dockerd as an administrator does, and starts it with the very same arguments; resolves when it answers again. */
export async function restartEngine(): Promise<void> {
  const pid = Number(readFileSync(PID_FILE, 'utf8'));
  const [program = 'dockerd', ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
    .split('\0')
    .filter((each) => each !== '');
  process.kill(pid, 'SIGTERM');
  while (existsSync(`/proc/${pid}`)) await wait(100);
  const log = openSync(join(tmpdir(), 'dockerd-after-restart.log'), 'a');
  spawn(program, args, { detached: true, stdio: ['ignore', log, log] }).unref();
  while (!(await dockerAnswers())) await wait(200);
}
