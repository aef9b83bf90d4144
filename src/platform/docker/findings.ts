import { Failure } from '../../core/failure.ts';
import type { Finding } from '../../core/finding.ts';
import type { InspectedContainer, ListedContainer } from './container.ts';
import { INSTANCE_LABEL, projectOf, type Search } from './find-container.ts';

/** From this many restarts on, with the last one just now, a container is called looping; two happen on an update. */
const LOOP_RESTARTS = 3;
/** A container that lived this long, in ms, did not loop. Docker itself forgets its growing delay after 10 s. */
const LOOP_LIFE = 60_000;

/** GLPI's container ends again and again. */
export function crashLoop(glpi: InspectedContainer): Finding | null {
  const age = glpi.startedAt === null ? Number.POSITIVE_INFINITY : Date.now() - Date.parse(glpi.startedAt);
  const looping = glpi.restarts >= LOOP_RESTARTS && age < LOOP_LIFE && glpi.active;
  if (!glpi.restarting && !looping) return null;
  return {
    code: 'glpi-restarting',
    severity: 'warning',
    target: glpi.name,
    message: `GLPI's container ${glpi.name} ends and is restarted again: ${glpi.restarts} restarts, last exit code ${glpi.exitCode}`,
    try: `docker logs --tail 50 ${glpi.name}`,
  };
}

export function notFound({ instance, container, own }: Search): Finding {
  const label = `${INSTANCE_LABEL}=${instance}`;
  if (container !== null) {
    return {
      code: 'container-not-found',
      severity: 'warning',
      target: 'KEYKEEPER_CONTAINER',
      message: `no container is called ${container} or labelled ${label}, so whether GLPI runs is not known`,
      try: 'docker ps --all, then set KEYKEEPER_CONTAINER to the name of GLPI, or label it',
    };
  }
  const place =
    projectOf(own) === null
      ? 'on this engine'
      : `on this engine, and none in the Compose project ${projectOf(own)} mounts the guarded directory`;
  return {
    code: 'container-not-found',
    severity: 'advice',
    target: label,
    message: `no container is labelled ${label} ${place}, so whether GLPI runs is not known`,
    try: `add the label ${label} to GLPI's service, or set KEYKEEPER_CONTAINER`,
  };
}

export function severalFound(containers: readonly ListedContainer[]): Finding {
  const names = containers.map((each) => each.names[0] ?? each.id.slice(0, 12)).join(', ');
  return {
    code: 'several-containers',
    severity: 'warning',
    target: names,
    message: `several running containers may be GLPI (${names}): they count as running, and their volumes are not compared`,
    try: `give the one that serves GLPI the label ${INSTANCE_LABEL}, or set KEYKEEPER_CONTAINER`,
  };
}

/** The engine does not know the container that Keykeeper runs in: another engine's socket, or an unusual runtime. */
export function ownUnknown(directory: string): Finding {
  return {
    code: 'own-container-unknown',
    severity: 'warning',
    target: directory,
    message: `the engine does not know this container, so whether GLPI mounts ${directory} cannot be checked`,
    try: 'mount the socket of the engine that runs this container',
  };
}

/** A failed question as a finding: `platform-denied`, `platform-unreachable`. */
export function troubleWith(error: unknown): Finding {
  if (!(error instanceof Failure)) throw error;
  return {
    code: error.code,
    severity: 'warning',
    target: error.target ?? '',
    message: error.message,
    try: error.try ?? '',
  };
}
