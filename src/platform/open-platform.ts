import { hostname } from 'node:os';
import type { AbsolutePath } from '../core/brand.ts';
import { isInPod } from '../kubernetes/service-account.ts';
import { engineAddress, engineAtHand } from './docker/engine-address.ts';
import { noPlatform } from './none.ts';
import type { Platform } from './platform.ts';

export interface PlatformRequest {
  readonly platform: 'auto' | 'none' | 'docker' | 'kubernetes';
  /** `KEYKEEPER_INSTANCE`: the value of the label `keykeeper.instance` on GLPI's container. */
  readonly instance: string;
  /** `KEYKEEPER_CONTAINER`: name of GLPI's container, in Compose also of its service; null where it is to be found. */
  readonly container: string | null;
  /** `KEYKEEPER_POD`: name of this process's own pod; null where it is the host name. */
  readonly pod: string | null;
  /** The guarded directory as this container sees it. */
  readonly guardedDirectory: AbsolutePath;
  /** Read for `DOCKER_HOST`, `DOCKER_TLS_VERIFY`, `DOCKER_CERT_PATH`, and for what the kubelet sets. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * Opens the platform asked for. `auto` is Kubernetes in a pod with a service account token, Docker where `DOCKER_HOST` is
 * set or `/var/run/docker.sock` exists, and none elsewhere. Nothing is asked of anybody yet.
 * @throws Failure 'invalid-setting' when `DOCKER_HOST` or the TLS variables beside it cannot be used,
 *   'kubernetes-not-configured' when there is no way to the Kubernetes API
 */
export async function openPlatform(request: PlatformRequest): Promise<Platform> {
  if (request.platform === 'none') return noPlatform();
  if (request.platform === 'kubernetes' || (request.platform === 'auto' && isInPod(request.environment))) {
    return await openOwnPod(request);
  }
  if (request.platform === 'auto' && !engineAtHand(request.environment)) return noPlatform();
  const address = engineAddress(request.environment);
  const { openDocker } = await import('./docker/docker-platform.ts');
  const { readOwnTraces } = await import('./docker/own-container.ts');
  return openDocker({ ...request, address, traces: readOwnTraces() });
}

async function openOwnPod(request: PlatformRequest): Promise<Platform> {
  const { openApiClient } = await import('../kubernetes/api-client.ts');
  const { openConnection } = await import('../kubernetes/open-connection.ts');
  const { openKubernetes } = await import('./kubernetes/kubernetes-platform.ts');
  const { readPodTraces } = await import('./kubernetes/own-traces.ts');
  const connection = await openConnection(request.environment);
  return openKubernetes({
    client: openApiClient(connection),
    namespace: connection.namespace ?? 'default',
    pod: request.pod ?? request.environment.HOSTNAME ?? hostname(),
    traces: readPodTraces(),
    container: request.container,
    guardedDirectory: request.guardedDirectory,
    monotonic: () => performance.now(),
  });
}
