import type { Finding } from '../../core/finding.ts';
import type { ObservedContainer, PlatformObservation } from '../platform.ts';
import { findGlpi, type PodSearch } from './find-glpi.ts';
import type { Pod, PodContainer } from './pod.ts';

/** The kubelet notes whole seconds, by the node's clock, which is this container's too. In ms. */
const START_TOLERANCE = 3_000;
/** From this many restarts on, a container that waits for its next is called looping; two happen on an update. */
const LOOP_RESTARTS = 3;

/**
 * Whether GLPI runs, by what the API server has of the pod. It hears of a container a moment after the kubelet started it,
 * and after the node was away it still has what was before: GLPI that "runs" in a status older than this container is
 * not known to run.
 *
 * @param startedAt when this container began, in ms since 1970
 */
export function observePod(search: PodSearch, startedAt: number): PlatformObservation {
  const { container, findings } = findGlpi(search);
  if (container === null) return { running: null, container: null, findings };
  const running = isRunning(search.pod, container);
  const known = !running || isFresh(search, startedAt);
  const loop = crashLoop(search.pod.name, container);
  return {
    running: known ? running : null,
    container: describe(container),
    findings: loop === null ? findings : [...findings, loop],
  };
}

/** One between two restarts counts as running. */
function isRunning({ ending }: Pod, { status }: PodContainer): boolean {
  if (status === null) return false;
  switch (status.state) {
    case 'running':
      return true;
    case 'terminated':
      return !ending;
    case 'waiting':
      return !ending && (status.restarts > 0 || status.lastEnd !== null);
  }
}

function isFresh({ pod, own }: PodSearch, startedAt: number): boolean {
  const status = pod.containers.find(({ name }) => name === own)?.status ?? null;
  if (status?.startedAt === null || status === null) return false;
  return Date.parse(status.startedAt) >= startedAt - START_TOLERANCE;
}

function describe({ name, image, status }: PodContainer): ObservedContainer {
  return {
    id: status?.id ?? '',
    name,
    image,
    startedAt: status?.startedAt ?? null,
    restarts: status?.restarts ?? 0,
    health: status?.state === 'running' ? (status.ready ? 'healthy' : 'unhealthy') : null,
  };
}

function crashLoop(pod: string, { name, status }: PodContainer): Finding | null {
  if (status === null || status.state === 'running' || status.restarts < LOOP_RESTARTS) return null;
  const end = status.lastEnd === null ? '' : `, last exit code ${status.lastEnd.exitCode} ${status.lastEnd.reason}`;
  return {
    code: 'glpi-restarting',
    severity: 'warning',
    target: name,
    message: `GLPI's container ${name} ends and is restarted again: ${status.restarts} restarts${end.trimEnd()}`,
    try: `kubectl logs --previous --tail 50 ${pod} --container ${name}`,
  };
}
