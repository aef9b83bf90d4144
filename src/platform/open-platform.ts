import type { AbsolutePath } from '../core/brand.ts';
import { engineAddress, engineAtHand } from './docker/engine-address.ts';
import { noPlatform } from './none.ts';
import type { Platform } from './platform.ts';

export interface PlatformRequest {
  readonly platform: 'auto' | 'none' | 'docker';
  /** `KEYKEEPER_INSTANCE`: the value of the label `keykeeper.instance` on GLPI's container. */
  readonly instance: string;
  /** `KEYKEEPER_CONTAINER`: name of GLPI's container or of its Compose service; null where it is to be found. */
  readonly container: string | null;
  /** The guarded directory as this container sees it. */
  readonly guardedDirectory: AbsolutePath;
  /** Read for `DOCKER_HOST`, `DOCKER_TLS_VERIFY` and `DOCKER_CERT_PATH`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * Opens the platform asked for. `auto` is Docker where `DOCKER_HOST` is set or `/var/run/docker.sock` exists, and none
 * elsewhere. Nothing is asked of the engine yet.
 * @throws Failure 'invalid-setting' when `DOCKER_HOST` or the TLS variables beside it cannot be used.
 */
export async function openPlatform(request: PlatformRequest): Promise<Platform> {
  if (request.platform === 'none') return noPlatform();
  if (request.platform === 'auto' && !engineAtHand(request.environment)) return noPlatform();
  const address = engineAddress(request.environment);
  const { openDocker } = await import('./docker/docker-platform.ts');
  const { readOwnTraces } = await import('./docker/own-container.ts');
  return openDocker({ ...request, address, traces: readOwnTraces() });
}
