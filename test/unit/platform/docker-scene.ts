import { absolutePath } from '../../../src/core/brand.ts';
import { type DockerTimings, openDocker } from '../../../src/platform/docker/docker-platform.ts';
import type { Platform } from '../../../src/platform/platform.ts';
import type { FakeContainer, FakeEngine } from './fake-engine.ts';

export const OWN_ID = 'a'.repeat(64);
export const GLPI_ID = 'b'.repeat(64);
export const PROJECT = { 'com.docker.compose.project': 'helpdesk' };

const VOLUME = {
  volume: 'helpdesk_glpi',
  source: '/var/lib/docker/volumes/helpdesk_glpi/_data',
  destination: '/var/glpi',
};

/** Keykeeper's own container in a Compose project, with GLPI's volume at the same place. */
export function ownContainer(changes: Partial<FakeContainer> = {}): FakeContainer {
  const labels = { ...PROJECT, 'com.docker.compose.service': 'keykeeper' };
  return {
    id: OWN_ID,
    name: 'helpdesk-keykeeper-1',
    labels,
    imageId: 'sha256:keykeeper',
    mounts: [VOLUME],
    ...changes,
  };
}

/** GLPI as its official image and Compose make it. */
export function glpiContainer(changes: Partial<FakeContainer> = {}): FakeContainer {
  return {
    id: GLPI_ID,
    name: 'helpdesk-glpi-1',
    labels: { ...PROJECT, 'com.docker.compose.service': 'glpi' },
    environment: ['GLPI_DB_PASSWORD=hunter2', 'GLPI_CONFIG_DIR=/var/glpi/config'],
    mounts: [VOLUME],
    ...changes,
  };
}

export const QUICK: DockerTimings = {
  request: 2_000,
  backoff: { first: 5, longest: 20 },
  goodAfter: 10_000,
  lookEvery: 60_000,
  eventDelay: 5,
};

interface Scene {
  readonly container?: string;
  readonly guarded?: string;
  readonly timings?: Partial<DockerTimings>;
  /** Id that this process finds for its own container; '' for a process outside any. */
  readonly ownId?: string;
}

export function openAt(engine: FakeEngine, scene: Scene = {}): Platform {
  const ownId = scene.ownId ?? OWN_ID;
  return openDocker({
    address: engine.address,
    traces: { mountinfo: '', cgroup: ownId === '' ? '' : `1:cpu:/docker/${ownId}`, hostname: 'host' },
    instance: 'glpi',
    container: scene.container ?? null,
    guardedDirectory: absolutePath(scene.guarded ?? '/var/glpi/config'),
    timings: { ...QUICK, ...scene.timings },
  });
}

/** Resolves once `condition` holds; the test's own time limit ends a wait in vain. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}
