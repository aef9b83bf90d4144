import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { openSync, readFileSync, rmSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ServerPrograms } from './find-server.ts';
import { FAST, firstStatements, type MariadbOptions, type Started, tlsArguments } from './mariadb.ts';

const run = promisify(execFile);

/** Runs the server as the current user on a socket in a temporary folder, without a port. */
export async function startPrivate(programs: ServerPrograms, options: MariadbOptions): Promise<Started> {
  const folder = await mkdtemp(join(tmpdir(), 'keykeeper-mariadb-'));
  const rootPassword = randomBytes(12).toString('hex');
  const socketPath = join(folder, 'mariadb.sock');
  const [data, log, first] = ['data', 'log', 'first.sql'].map((name) => join(folder, name)) as [string, string, string];
  // The server takes root's rights only where it is told to.
  const common = ['--no-defaults', `--user=${userInfo().username}`, `--datadir=${data}`];
  await run(programs.installer, [...common, '--auth-root-authentication-method=normal', '--skip-test-db']);
  await writeFile(first, firstStatements(rootPassword));
  const place = [
    `--socket=${socketPath}`,
    `--pid-file=${join(folder, 'pid')}`,
    '--skip-networking',
    `--init-file=${first}`,
  ];
  const further = [...FAST, ...tlsArguments(options), ...(options.settings ?? [])];
  const output = openSync(log, 'a');
  const server = spawn(programs.mariadbd, [...common, ...place, ...further], { stdio: ['ignore', output, output] });
  const exited = once(server, 'exit');
  const abandon = () => {
    server.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', abandon);
  return {
    rootPassword,
    address: { socketPath },
    log: async () => readFileSync(log, 'utf8'),
    end: async () => {
      process.off('exit', abandon);
      server.kill('SIGKILL');
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
