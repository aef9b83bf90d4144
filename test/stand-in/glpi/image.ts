import { execFile } from 'node:child_process';

/** The GLPI versions that the stand-in speaks for: those with measured behaviour and a file in `schema/`. */
export const STAND_IN_VERSIONS = ['9.5.6', '10.0.17', '11.0.6'] as const;
export type StandInVersion = (typeof STAND_IN_VERSIONS)[number];

/** How a command ended. `exitCode` is 128 + n for a process that signal n ended inside a container. */
export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ConsoleOptions {
  /** Default `33` (www-data), as the image runs. */
  readonly user?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** What the command reads from its standard input. */
  readonly input?: string | Buffer;
}

const CONTEXT = import.meta.dirname;
const MOST_OUTPUT = 64 * 1024 * 1024;

/**
 * Runs the Docker command line tool.
 *
 * @returns also when the tool ends with an error: `exitCode` tells
 * @throws Error when the tool is not there
 */
export function docker(args: readonly string[], input?: string | Buffer): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = execFile('docker', [...args], { maxBuffer: MOST_OUTPUT }, (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== 'number') reject(error);
      else resolve({ exitCode: error === null ? 0 : Number(error.code), stdout, stderr });
    });
    // A command that ends before it has read its input breaks the pipe; its exit code says what is to be said.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input ?? '');
  });
}

/**
 * The same, for a command that must succeed.
 *
 * @returns its standard output without white space around it
 * @throws Error with what the tool printed on standard error
 */
export async function dockerOutput(args: readonly string[], input?: string | Buffer): Promise<string> {
  const { exitCode, stdout, stderr } = await docker(args, input);
  if (exitCode !== 0) throw new Error(`docker ${args[0]} ended with ${exitCode}: ${stderr.trim()}`);
  return stdout.trim();
}

/** Builds the stand-in's image (from the layer cache when nothing changed), and gives its name. */
export async function buildStandIn(version: StandInVersion): Promise<string> {
  const name = `keykeeper-test/glpi:${version}`;
  const marketplace = version === '11.0.6' ? '/var/glpi/marketplace' : '/var/www/glpi/marketplace';
  const settings = { GLPI_VERSION: version, GLPI_MARKETPLACE_DIR: marketplace };
  const buildArguments = Object.entries(settings).flatMap(([key, value]) => ['--build-arg', `${key}=${value}`]);
  await dockerOutput(['build', '--quiet', ...buildArguments, '--tag', name, CONTEXT]);
  return name;
}

/** Runs a command in a running container. */
export function execute(
  container: string,
  command: readonly string[],
  { user = '33', environment = {}, input }: ConsoleOptions = {},
): Promise<CommandResult> {
  const variables = Object.entries(environment).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
  return docker(['exec', '--interactive', '--user', user, ...variables, container, ...command], input);
}

/** Runs `bin/console` of a running stand-in. */
export function console(
  container: string,
  args: readonly string[],
  options: ConsoleOptions = {},
): Promise<CommandResult> {
  return execute(container, ['bin/console', ...args], options);
}

/** Runs `php front/cron.php`, as the scheduled worker does: `['--force', 'checkAllUpdates']` for the task at once. */
export function cron(container: string, args: readonly string[], options: ConsoleOptions = {}): Promise<CommandResult> {
  return execute(container, ['php', 'front/cron.php', ...args], options);
}
