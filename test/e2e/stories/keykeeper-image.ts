import { dockerOutput } from '../../stand-in/glpi/image.ts';

const PROJECT = new URL('../../..', import.meta.url).pathname;

/**
 * Builds Keykeeper's image from this clone and gives its id. The engine's layer cache makes every build after the first
 * a matter of a second, and an id stays the same image whoever builds beside.
 */
export async function buildKeykeeper(): Promise<string> {
  return dockerOutput(['build', '--quiet', '--tag', 'keykeeper-test/keykeeper:stories', PROJECT]);
}
