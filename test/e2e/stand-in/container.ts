import { setTimeout as sleep } from 'node:timers/promises';
import { docker, dockerOutput, execute } from '../../stand-in/glpi/image.ts';

const SECONDS_TO_SERVE = 60;

/** Waits until the container's web server answers, and gives its address on this machine (`http://127.0.0.1:port`). */
export async function untilItServes(container: string): Promise<string> {
  const deadline = Date.now() + SECONDS_TO_SERVE * 1000;
  while (Date.now() < deadline) {
    const published = await docker(['port', container, '80/tcp']);
    const address = `http://${published.stdout.split('\n')[0] ?? ''}`;
    if (published.exitCode === 0 && (await answers(address))) return address;
    await sleep(100);
  }
  throw new Error(`${container} does not serve: ${await logOf(container)}`);
}

async function answers(address: string): Promise<boolean> {
  return fetch(`${address}/status.php`, { redirect: 'manual' }).then(
    () => true,
    () => false,
  );
}

/** Waits until the container's first process has ended, and gives its exit code. */
export async function exitCodeOf(container: string): Promise<number> {
  return Number(await dockerOutput(['wait', container]));
}

/** Everything that the container printed, standard error behind standard output. */
export async function logOf(container: string): Promise<string> {
  const { stdout, stderr } = await docker(['logs', container]);
  return stdout + stderr;
}

/** The steps that the entrypoint told, in order, without what it says before each directory. */
export async function stepsOf(container: string): Promise<string[]> {
  const lines = (await logOf(container)).split('\n');
  return lines.filter((line) => line.startsWith('glpi: ') && !line.includes('still waiting'));
}

/** Names and access of the files in the configuration directory: `glpicrypt.key 644 33:33`. */
export async function configFilesOf(container: string): Promise<string[]> {
  const script = 'cd "$GLPI_CONFIG_DIR" && find . -type f -printf "%f %m %U:%G\\n" | sort';
  const { stdout } = await execute(container, ['sh', '-c', script]);
  return stdout.trim().split('\n');
}

/** Runs a shell script as root, in a container of its own where the volume is `/volume`. */
export async function onVolume(volume: string, script: string): Promise<string> {
  return dockerOutput(['run', '--rm', '--volume', `${volume}:/volume`, 'php:8.2-cli', 'sh', '-ec', script]);
}
