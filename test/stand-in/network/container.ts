import { setTimeout as sleep } from 'node:timers/promises';
import { docker, dockerOutput } from '../glpi/image.ts';
import { HOST } from './network-double.ts';
import type { NetworkRecord } from './record.ts';
import type { SceneChange } from './scene.ts';

const IMAGE = 'node:24-bookworm-slim';
const REPOSITORY = new URL('../../../', import.meta.url).pathname;
const SECONDS_TO_START = 30;

/** The double in a container. Set the scene and read the record from here; it is reached from its Docker network. */
export interface ContainedDouble extends AsyncDisposable {
  readonly container: string;
  /** Its CA, PEM: what a client in another container must be told to trust. */
  readonly ca: string;
  set(change: SceneChange): Promise<void>;
  record(): Promise<NetworkRecord>;
  /** A double in good health, which remembers nothing. */
  reset(): Promise<void>;
}

export interface ContainedDoubleOptions {
  /** Name of the container; it is removed at the end, with whatever else has this name at the start. */
  readonly name: string;
  /** A Docker network that is there already. */
  readonly network: string;
  /** Under what names it is known there; the first default is GLPI Network's own. */
  readonly aliases?: readonly string[];
}

/**
 * Starts the double beside others on a Docker network: TLS on 443, the proxy on 3128. It runs this repository, mounted
 * read-only, and ends by itself after an hour.
 */
export async function startContainedDouble(options: ContainedDoubleOptions): Promise<ContainedDouble> {
  const { name, network, aliases = [HOST] } = options;
  await docker(['rm', '--force', name]);
  await dockerOutput([
    ...['run', '--detach', '--name', name, '--network', network],
    ...aliases.flatMap((alias) => ['--network-alias', alias]),
    ...['--publish', '127.0.0.1::8080', '--volume', `${REPOSITORY}:/keykeeper:ro`, '--workdir', '/keykeeper'],
    ...[IMAGE, 'timeout', '3600', 'node', 'test/stand-in/network/serve.ts', name, ...aliases],
  ]);
  const admin = `http://${(await dockerOutput(['port', name, '8080/tcp'])).split('\n')[0]}`;
  const ask = async (method: string, path: string, body?: unknown): Promise<string> => {
    const answer = await fetch(admin + path, { method, body: body === undefined ? null : JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`the double answered ${method} ${path} with ${answer.status}: ${text}`);
    return text;
  };
  return {
    container: name,
    ca: await untilItAnswers(name, () => ask('GET', '/ca.pem')),
    set: async (change) => void (await ask('PATCH', '/scene', change)),
    record: async () => JSON.parse(await ask('GET', '/record')) as NetworkRecord,
    reset: async () => void (await ask('DELETE', '/')),
    [Symbol.asyncDispose]: async () => void (await docker(['rm', '--force', name])),
  };
}

async function untilItAnswers(name: string, ask: () => Promise<string>): Promise<string> {
  const deadline = Date.now() + SECONDS_TO_START * 1000;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (Date.now() < deadline) {
        await sleep(100);
        continue;
      }
      const { stdout, stderr } = await docker(['logs', name]);
      await docker(['rm', '--force', name]);
      throw new Error(`${name} does not answer: ${stdout}${stderr}`, { cause: error });
    }
  }
}
