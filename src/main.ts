/**
 * Arguments in, exit code out. The health check of a container runs every few seconds, so it goes its own short way; all
 * else is loaded when it is known to be needed.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { Output } from './commands/output.ts';

const argv = process.argv.slice(2);
const { env: environment } = process;
const stdout = new Output(() => withoutGoneReader(process.stdout), 1);
const stderr = new Output(() => withoutGoneReader(process.stderr), 2);

/** The same as in commands/unexpected.ts, which may be what cannot be loaded. */
const UNEXPECTED = 1;

/** Options that are probes of the container, and what they ask. */
const PROBES: Readonly<Record<string, 'gate' | 'live'>> = { '--startup': 'gate', '--live': 'live' };

process.on('uncaughtException', exitUnexpectedly);
process.on('unhandledRejection', exitUnexpectedly);

emptyCoreDump();
process.exit(await main());

async function main(): Promise<number> {
  if (argv.length === 1 && argv[0] === 'healthcheck' && isHttpAddressInEnvironment()) {
    const { quickHealthcheck } = await import('./commands/quick-healthcheck.ts');
    const { exitCode, text } = await quickHealthcheck(environment);
    await stdout.write(text);
    return exitCode;
  }
  const probe = argv.length === 2 && argv[0] === 'healthcheck' ? PROBES[argv[1] ?? ''] : undefined;
  if (probe !== undefined) {
    const { quickProbe } = await import('./commands/quick-probe.ts');
    const { exitCode, text } = await quickProbe(probe);
    await stdout.write(text);
    return exitCode;
  }
  const { start } = await import('./commands/start.ts');
  return await start({ argv, environment, stdin: () => process.stdin, stdout, stderr });
}

/** Whether the address is known without reading the configuration file. */
function isHttpAddressInEnvironment(): boolean {
  return (environment.KEYKEEPER_HTTP ?? '') !== '' || !existsSync('/etc/keykeeper/keykeeper.yaml');
}

/**
 * A core dump would hold every key: none of the process's memory goes into one (core(5), coredump_filter). Where the
 * system does not let it, the limit of zero bytes that the Compose files set is left.
 */
function emptyCoreDump(): void {
  try {
    writeFileSync('/proc/self/coredump_filter', '0');
  } catch {
    // Without /proc, or kept from writing there: nothing else rests on it.
  }
}

/** A reader that went away must not take the watch down with it. */
function withoutGoneReader(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  return stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

async function exitUnexpectedly(error: unknown): Promise<void> {
  try {
    const { describeUnexpected } = await import('./commands/unexpected.ts');
    await stderr.write(`keykeeper: ${describeUnexpected(error)}\n`);
  } catch {
    // Nobody can be told (a full disk behind standard error): told of this too, it would go on for ever.
  }
  process.exit(UNEXPECTED);
}
