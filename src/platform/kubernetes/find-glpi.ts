import type { Finding } from '../../core/finding.ts';
import { hostPathOf, seenAt } from '../docker/host-path.ts';
import type { Pod, PodContainer } from './pod.ts';

export interface PodSearch {
  readonly pod: Pod;
  /** Name of Keykeeper's own container; null where that is not known. */
  readonly own: string | null;
  /** `KEYKEEPER_CONTAINER`; null where it is to be found. */
  readonly container: string | null;
  /** The guarded directory as this container sees it. */
  readonly guardedDirectory: string;
}

export interface FoundGlpi {
  /** Null where none or several were found. */
  readonly container: PodContainer | null;
  readonly findings: readonly Finding[];
}

/**
 * The container of the pod that is GLPI's: the one that is named, else the main container beside ours that mounts the
 * volume with the guarded directory.
 */
export function findGlpi(search: PodSearch): FoundGlpi {
  const { pod, container } = search;
  const own = pod.containers.find(({ name }) => name === search.own) ?? null;
  const guarded = own === null ? null : hostPathOf(own.mounts, search.guardedDirectory);
  if (container !== null) {
    const named = pod.containers.find(({ name }) => name === container);
    if (named === undefined) return { container: null, findings: [notNamed(search)] };
    return { container: named, findings: own === null ? [ownUnknown(search)] : volumeFindings(search, named, guarded) };
  }
  if (own === null) return { container: null, findings: [ownUnknown(search)] };
  if (guarded === null) return { container: null, findings: [onNoVolume(search)] };
  const mounting = pod.containers.filter(
    (each) => each.kind === 'main' && each.name !== own.name && seenAt(each.mounts, guarded) !== null,
  );
  const [first, second] = mounting;
  if (first === undefined) return { container: null, findings: [nobodyMounts(search)] };
  if (second !== undefined) return { container: null, findings: [several(mounting)] };
  return { container: first, findings: volumeFindings(search, first, guarded) };
}

/** Whether the guarded directory is the very one that GLPI reads its keys from. */
function volumeFindings(search: PodSearch, glpi: PodContainer, guarded: string | null): Finding[] {
  const { guardedDirectory: directory } = search;
  if (guarded === null) return [onNoVolume(search)];
  const seen = seenAt(glpi.mounts, guarded);
  const volume = guarded.split('/')[1];
  if (seen === null) {
    const message = `${directory} lies on the volume ${volume}, which GLPI's container ${glpi.name} does not mount there`;
    return [otherVolume(directory, message)];
  }
  const expected = glpi.configDirectory?.replace(/(?<=.)\/+$/, '') ?? seen;
  if (expected === seen) return [];
  const message = `${directory} is ${seen} in GLPI's container ${glpi.name}, but GLPI reads its keys from ${expected}`;
  return [otherVolume(directory, message)];
}

function otherVolume(directory: string, message: string): Finding {
  return {
    code: 'guarding-another-volume',
    severity: 'error',
    target: directory,
    message,
    try: "mount the volume that holds GLPI's config directory here, at the same path as in GLPI's container",
  };
}

function onNoVolume({ guardedDirectory: directory }: PodSearch): Finding {
  return otherVolume(directory, `${directory} lies on no volume of this pod, so GLPI cannot see it`);
}

function nobodyMounts({ guardedDirectory: directory }: PodSearch): Finding {
  return otherVolume(directory, `no other container of this pod mounts the volume on which ${directory} lies`);
}

function notNamed({ pod, container }: PodSearch): Finding {
  return {
    code: 'container-not-found',
    severity: 'warning',
    target: 'KEYKEEPER_CONTAINER',
    message: `no container of this pod is called ${container}, so whether GLPI runs is not known`,
    try: `KEYKEEPER_CONTAINER with one of: ${pod.containers.map(({ name }) => name).join(', ')}`,
  };
}

function several(containers: readonly PodContainer[]): Finding {
  const names = containers.map(({ name }) => name).join(', ');
  return {
    code: 'several-containers',
    severity: 'warning',
    target: names,
    message: `several containers of this pod mount the guarded volume (${names}), so which is GLPI's is not known`,
    try: 'set KEYKEEPER_CONTAINER to the name of the one that is',
  };
}

function ownUnknown({ guardedDirectory: directory }: PodSearch): Finding {
  return {
    code: 'own-container-unknown',
    severity: 'advice',
    target: directory,
    message: `which container of the pod this is cannot be told, so whether GLPI mounts ${directory} cannot be checked`,
    try: "set KEYKEEPER_CONTAINER to the name of GLPI's container, and KEYKEEPER_POD where the host name is not the pod's",
  };
}
