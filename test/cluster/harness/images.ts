import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { buildStandIn, dockerOutput, type StandInVersion } from '../../stand-in/glpi/image.ts';

const PROJECT = new URL('../../..', import.meta.url).pathname;
const run = promisify(execFile);

/** Names that pods can use, with pull policy `Never`. */
export interface ClusterImages {
  readonly keykeeper: string;
  readonly glpi: Readonly<Record<StandInVersion, string>> | Partial<Record<StandInVersion, string>>;
  readonly mariadb: string;
}

/**
 * Builds Keykeeper and the stand-ins of some GLPI versions with Docker and gives them to the cluster by the command in
 * `KEYKEEPER_TEST_IMAGE_LOADER`, which takes image names as arguments. Without it the cluster runs the engine's own
 * images, as Docker Desktop's does. A name holds the image's id: two clones beside each other never run each other's, and
 * what the cluster has already is neither built nor loaded again.
 */
export async function provideImages(versions: readonly StandInVersion[]): Promise<ClusterImages> {
  const keykeeper = await named('keykeeper', await dockerOutput(['build', '--quiet', PROJECT]));
  const glpi: Partial<Record<StandInVersion, string>> = {};
  for (const version of versions) {
    glpi[version] = await named(`glpi-${version}`, await idOf(await buildStandIn(version)));
  }
  const mariadb = 'mariadb:10.11';
  const loader = process.env.KEYKEEPER_TEST_IMAGE_LOADER ?? '';
  if (loader !== '') await run(loader, [keykeeper, ...Object.values(glpi), mariadb]);
  return { keykeeper, glpi, mariadb };
}

function idOf(image: string): Promise<string> {
  return dockerOutput(['image', 'inspect', '--format', '{{.Id}}', image]);
}

async function named(part: string, id: string): Promise<string> {
  const name = `keykeeper-test/${part}:${id.replace('sha256:', '').slice(0, 16)}`;
  await dockerOutput(['tag', id, name]);
  return name;
}
