import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ServerPrograms } from './find-server.ts';
import { FAST, firstStatements, type MariadbOptions, type Started, tlsArguments } from './mariadb.ts';

const run = promisify(execFile);

/**
 * Runs the server until standard input ends, as it does when this process goes away in whatever way, then removes the
 * folder. Signals to the whole group (Ctrl-C) are for this process to answer.
 */
const KEEPER = `trap '' INT TERM
folder=$1; shift
"$@" & server=$!
cat >/dev/null
kill -KILL "$server"; wait "$server"
rm -rf "$folder"`;

/** The same for a server that returns; it and what starts it anew are one process group. */
const KEEPER_OF_RETURNING = `trap '' INT TERM
folder=$1; shift
setsid sh -c 'while "$@"; do :; done' sh "$@" & group=$!
cat >/dev/null
kill -KILL -- "-$group"; wait "$group"
rm -rf "$folder"`;

/** Runs the server as the current user on a socket in a temporary folder, without a port. */
export async function startPrivate(programs: ServerPrograms, options: MariadbOptions): Promise<Started> {
  const folder = await mkdtemp(join(tmpdir(), 'keykeeper-mariadb-'));
  const rootPassword = randomBytes(12).toString('hex');
  const socketPath = join(folder, 'mariadb.sock');
  const log = join(folder, 'log');
  const first = join(folder, 'first.sql');
  // The server keeps root's rights only where it is told to.
  const user = process.getuid?.() === 0 ? ['--user=root'] : [];
  const common = ['--no-defaults', ...user, `--datadir=${join(folder, 'data')}`];
  try {
    await run(programs.installer, [...common, '--auth-root-authentication-method=normal', '--skip-test-db', ...FAST]);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  await writeFile(first, firstStatements(rootPassword));
  const place = [`--socket=${socketPath}`, `--pid-file=${join(folder, 'pid')}`, '--skip-networking'];
  const server = [programs.mariadbd, ...common, ...place, `--init-file=${first}`, ...FAST, ...tlsArguments(options)];
  const output = openSync(log, 'a');
  const script = options.returns === true ? KEEPER_OF_RETURNING : KEEPER;
  const keeper = spawn('sh', ['-c', script, 'sh', folder, ...server, ...(options.settings ?? [])], {
    stdio: ['pipe', output, output],
  });
  closeSync(output);
  const exited = once(keeper, 'exit');
  return {
    rootPassword,
    address: { socketPath },
    log: async () => readFileSync(log, 'utf8'),
    end: async () => {
      keeper.stdin?.end();
      await exited;
    },
  };
}
