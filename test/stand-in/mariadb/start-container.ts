import { execFile, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { FAST, firstStatements, type MariadbOptions, type Started, tlsArguments } from './mariadb.ts';

const run = promisify(execFile);
const IMAGE = 'mariadb:10.11';

/**
 * The image's programs without its entrypoint, which starts the server twice. `timeout` ends a server whose test was
 * killed, after an hour, or a day where it returns.
 */
const SCRIPT = `set -eu
mariadb-install-db --no-defaults --user=mysql --datadir=/data --auth-root-authentication-method=normal --skip-test-db >/dev/null
printf '%s' "$FIRST_STATEMENTS" >/tmp/first.sql
set -- mariadbd --no-defaults --user=mysql --datadir=/data --socket=/tmp/mariadb.sock --bind-address=0.0.0.0 --init-file=/tmp/first.sql "$@"
if [ "$RETURNS" = yes ]; then exec timeout 86400 sh -c 'while "$@"; do :; done' sh "$@"; fi
exec timeout 3600 "$@"`;

/** Runs the server in a container whose data lies in memory, with a port of 127.0.0.1. */
export async function startContainer(options: MariadbOptions): Promise<Started> {
  const name = `keykeeper-test-mariadb-${randomBytes(6).toString('hex')}`;
  const rootPassword = randomBytes(12).toString('hex');
  const files = options.tls === undefined ? [] : [options.tls.cert, options.tls.key];
  await run('docker', [
    ...['run', '--detach', '--rm', '--name', name, '--publish', '127.0.0.1::3306', '--tmpfs', '/data:mode=1777'],
    ...['--env', `FIRST_STATEMENTS=${firstStatements(rootPassword)}`],
    ...['--env', `RETURNS=${options.returns === true ? 'yes' : 'no'}`],
    ...files.flatMap((file) => ['--volume', `${file}:${file}:ro`]),
    ...[
      '--entrypoint',
      'sh',
      IMAGE,
      '-c',
      SCRIPT,
      'sh',
      ...FAST,
      ...tlsArguments(options),
      ...(options.settings ?? []),
    ],
  ]);
  const remove = () => execFileSync('docker', ['rm', '--force', '--volumes', name], { stdio: 'ignore' });
  process.once('exit', remove);
  return {
    rootPassword,
    address: { host: '127.0.0.1', port: await publishedPort(name) },
    log: async () => {
      const { stdout, stderr } = await run('docker', ['logs', name]);
      return stdout + stderr;
    },
    end: async () => {
      process.off('exit', remove);
      await run('docker', ['rm', '--force', '--volumes', name]);
    },
  };
}

async function publishedPort(name: string): Promise<number> {
  const { stdout } = await run('docker', ['port', name, '3306/tcp']);
  return Number(stdout.trim().split(':').at(-1));
}
