/**
 * Arguments in, exit code out. The health check of a container runs every few seconds, so it goes its own short way; all
 * else is loaded when it is known to be needed.
 */
import { existsSync, writeFileSync } from 'node:fs';

const argv = process.argv.slice(2);
const { env: environment, stdout, stderr } = process;

/** Options that are probes of the container, and what they ask. */
const PROBES: Readonly<Record<string, 'gate' | 'live'>> = { '--startup': 'gate', '--live': 'live' };

/** A reader that went away must not take the watch down with it. */
for (const stream of [stdout, stderr]) stream.on('error', ignoreGoneReader);
process.on('uncaughtException', exitUnexpectedly);
process.on('unhandledRejection', exitUnexpectedly);

emptyCoreDump();
process.exit(await main());

async function main(): Promise<number> {
  if (argv.length === 1 && argv[0] === 'healthcheck' && isHttpAddressInEnvironment()) {
    const { quickHealthcheck } = await import('./commands/quick-healthcheck.ts');
    const { exitCode, text } = await quickHealthcheck(environment);
    stdout.write(text);
    return exitCode;
  }
  const probe = argv.length === 2 && argv[0] === 'healthcheck' ? PROBES[argv[1] ?? ''] : undefined;
  if (probe !== undefined) {
    const { quickProbe } = await import('./commands/quick-probe.ts');
    const { exitCode, text } = await quickProbe(probe);
    stdout.write(text);
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

function ignoreGoneReader(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

async function exitUnexpectedly(error: unknown): Promise<void> {
  const { describeUnexpected, UNEXPECTED } = await import('./commands/unexpected.ts');
  stderr.write(`keykeeper: ${describeUnexpected(error)}\n`, () => process.exit(UNEXPECTED));
}
