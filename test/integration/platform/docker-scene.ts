import { randomBytes } from 'node:crypto';
import { absolutePath } from '../../../src/core/brand.ts';
import { type DockerTimings, openDocker } from '../../../src/platform/docker/docker-platform.ts';
import type { EngineAddress } from '../../../src/platform/docker/engine-address.ts';
import type { Platform } from '../../../src/platform/platform.ts';
import { docker, dockerOutput } from '../../stand-in/glpi/image.ts';

/** Two images, for Keykeeper takes no container of its own image for GLPI. */
export const OWN_IMAGE = 'node:24-bookworm-slim';
const OTHER_IMAGE = 'debian:bookworm-slim';
const TIMINGS: DockerTimings = {
  request: 10_000,
  backoff: { first: 20, longest: 200 },
  goodAfter: 10_000,
  lookEvery: 60_000,
  eventDelay: 500,
};

export interface RunOptions {
  readonly service: string;
  readonly image?: string;
  /** `volume:/path` or `/host/path:/path`. */
  readonly mounts?: readonly string[];
  readonly command?: readonly string[];
  /** More options of `docker run`. */
  readonly options?: readonly string[];
}

/** Containers of one Compose project as Compose labels them; everything is removed when the scene is disposed. */
export interface Scene extends AsyncDisposable {
  readonly project: string;
  /** Starts a container, named after project and service; returns its id. */
  run(options: RunOptions): Promise<string>;
  volume(name: string): string;
  /** Keykeeper beside them, in the container `ownId`. */
  open(ownId: string, address?: EngineAddress, timings?: Partial<DockerTimings>): Platform;
}

export function createScene(): Scene {
  const project = `keykeeper-test-${randomBytes(4).toString('hex')}`;
  const platforms: Platform[] = [];
  const label = `com.docker.compose.project=${project}`;
  return {
    project,
    volume: (name) => `${project}-${name}`,
    run({ service, image = OTHER_IMAGE, mounts = [], command = ['sleep', 'infinity'], options = [] }) {
      const labels = ['--label', label, '--label', `com.docker.compose.service=${service}`];
      const volumes = mounts.flatMap((mount) => ['--volume', mount]);
      const name = ['--name', `${project}-${service}-1`];
      return dockerOutput(['run', '--detach', '--init', ...name, ...labels, ...volumes, ...options, image, ...command]);
    },
    open(ownId, address = { kind: 'socket', path: '/var/run/docker.sock' }, timings = {}) {
      const platform = openDocker({
        address,
        traces: { mountinfo: '', cgroup: `0:cpu:/docker/${ownId}`, hostname: 'keykeeper' },
        instance: project,
        container: null,
        guardedDirectory: absolutePath('/var/glpi/config'),
        timings: { ...TIMINGS, ...timings },
      });
      platforms.push(platform);
      return platform;
    },
    async [Symbol.asyncDispose]() {
      for (const platform of platforms) await platform[Symbol.asyncDispose]();
      const ids = await dockerOutput(['ps', '--all', '--quiet', '--filter', `label=${label}`]);
      if (ids !== '') await docker(['rm', '--force', '--volumes', ...ids.split('\n')]);
      const volumes = await dockerOutput(['volume', 'ls', '--quiet', '--filter', `name=${project}`]);
      if (volumes !== '') await docker(['volume', 'rm', ...volumes.split('\n')]);
    },
  };
}

/** Collects hints, and waits for one. */
export function collectHints(platform: Platform): { hints: string[]; until(text: string): Promise<void> } & Disposable {
  const controller = new AbortController();
  const hints: string[] = [];
  platform.follow((reason) => hints.push(reason), controller.signal);
  return {
    hints,
    async until(text) {
      while (!hints.some((hint) => hint.includes(text))) await new Promise((resolve) => setTimeout(resolve, 10));
    },
    [Symbol.dispose]: () => controller.abort(),
  };
}
