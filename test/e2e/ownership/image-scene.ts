import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ResultDocument } from '../../../src/report/document.ts';
import { docker, dockerOutput } from '../../stand-in/glpi/image.ts';
import type { KnownImage } from '../../stand-in/images/known-images.ts';

const CONTEXT = new URL('../../stand-in/images', import.meta.url).pathname;
/** As the Compose files run Keykeeper. */
const CONFINED = [
  ...['--read-only', '--security-opt', 'no-new-privileges:true', '--network', 'none', '--cap-drop', 'ALL'],
  ...['--cap-add', 'CHOWN', '--cap-add', 'FOWNER', '--cap-add', 'DAC_OVERRIDE'],
];
const TAG = 'keykeeper-test';
const SECONDS_TO_START = 60;

/** A known image's twin with its config volume, and Keykeeper beside it; no database, by choice. */
export class ImageScene implements AsyncDisposable {
  readonly known: KnownImage;
  readonly #name: string;
  readonly #image: string;
  readonly #keykeeper: string;

  constructor(known: KnownImage, keykeeper: string) {
    this.known = known;
    this.#name = `keykeeper-preset-${known.preset}-${randomBytes(4).toString('hex')}`;
    this.#image = `${known.image}:${TAG}`;
    this.#keykeeper = keykeeper;
  }

  async build(): Promise<void> {
    const { configDir, id, start, rootless = false } = this.known;
    const settings = { CONFIG_DIR: configDir, GLPI_UID: id, START: start, RUNS_AS: rootless ? `${id}:${id}` : 'root' };
    const all = Object.entries(settings).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]);
    await dockerOutput(['build', '--quiet', ...all, '--tag', this.#image, CONTEXT]);
  }

  /** Starts GLPI in a fresh container. @returns what it says of the key it found, and with which content it left it */
  async startGlpi(): Promise<string> {
    const label = `keykeeper.instance=${this.#name}`;
    const volume = `${this.#name}-config:${this.known.configDir}`;
    await docker(['rm', '--force', this.#name]);
    await dockerOutput(['run', '--detach', '--name', this.#name, '--label', label, '--volume', volume, this.#image]);
    const deadline = Date.now() + SECONDS_TO_START * 1000;
    while (Date.now() < deadline) {
      const { stdout, stderr } = await docker(['logs', this.#name]);
      if (stdout.includes('start: GLPI reads')) return stdout.trim();
      if (stdout.includes('start: ')) throw new Error(stdout + stderr);
      await sleep(100);
    }
    throw new Error(`${this.#name} never started`);
  }

  /** Runs Keykeeper with what it finds out by itself; `options` are Docker's. */
  async keykeeper(command: string, options: readonly string[] = []): Promise<ResultDocument> {
    const { configDir } = this.known;
    const volumes = ['--volume', `${this.#name}-config:${configDir}`, '--volume', `${this.#name}-vault:/vault`];
    const environment = ['--env', 'KEYKEEPER_DATABASE=none', '--env', `KEYKEEPER_INSTANCE=${this.#name}`];
    const all = [...CONFINED, ...volumes, ...environment, ...options];
    const { stdout, stderr } = await docker(['run', '--rm', ...all, this.#keykeeper, command, '--json']);
    if (stdout === '') throw new Error(stderr);
    return JSON.parse(stdout);
  }

  /** Runs a shell script as root in the config directory, whichever container sees it. */
  onVolume(script: string): Promise<string> {
    const volume = `${this.#name}-config:/config`;
    return dockerOutput([
      'run',
      '--rm',
      '--volume',
      volume,
      '--workdir',
      '/config',
      'debian:bookworm-slim',
      'sh',
      '-ec',
      script,
    ]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await docker(['rm', '--force', this.#name]);
    await docker(['volume', 'rm', '--force', `${this.#name}-config`, `${this.#name}-vault`]);
    await docker(['image', 'rm', '--no-prune', this.#image]);
  }
}
