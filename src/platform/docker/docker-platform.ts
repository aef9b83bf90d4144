import type { AbsolutePath } from '../../core/brand.ts';
import { Failure } from '../../core/failure.ts';
import type { Finding } from '../../core/finding.ts';
import type { Platform, PlatformObservation } from '../platform.ts';
import { checkMounts } from './check-mounts.ts';
import type { InspectedContainer } from './container.ts';
import { type ContainerEvent, FOLLOWED_ACTIONS } from './container-event.ts';
import { describeContainers } from './describe-containers.ts';
import { type Engine, openEngine } from './engine.ts';
import type { EngineAddress } from './engine-address.ts';
import { engineClockAhead } from './engine-clock.ts';
import { execInContainer } from './exec-in-container.ts';
import {
  type Found,
  findContainer,
  INSTANCE_LABEL,
  isKeykeeperLabels,
  PROJECT_LABEL,
  projectOf,
  type Search,
} from './find-container.ts';
import { crashLoop, notFound, ownUnknown, severalFound, troubleWith } from './findings.ts';
import { type EventSource, type FollowTimings, followEvents, type Known } from './follow-events.ts';
import { hostPathOf } from './host-path.ts';
import { type OwnTraces, ownContainerIds } from './own-container.ts';

export interface DockerTimings extends FollowTimings {
  /** How long one question to the engine may take, in ms. */
  readonly request: number;
}

export const DOCKER_TIMINGS: DockerTimings = {
  request: 5_000,
  backoff: { first: 200, longest: 30_000 },
  goodAfter: 10_000,
  lookEvery: 60_000,
  eventDelay: 1_000,
};

export interface DockerOptions {
  readonly address: EngineAddress;
  readonly traces: OwnTraces;
  readonly instance: string;
  readonly container: string | null;
  readonly guardedDirectory: AbsolutePath;
  readonly timings?: DockerTimings;
}

/** GLPI on Docker Engine, asked through its socket or a proxy that allows reading. Nothing is asked before `observe` or `follow`. */
export function openDocker(options: DockerOptions): Platform {
  const timings = options.timings ?? DOCKER_TIMINGS;
  const engine = openEngine(options.address, timings.request);
  const ownIds = ownContainerIds(options.traces);
  const disposed = new AbortController();
  const following = new Set<Promise<void>>();
  let own: InspectedContainer | null = null;
  let networkOfGlpi = false;
  /** Ids found last: their events concern GLPI whatever labels they carry. */
  let ids: readonly string[] = [];
  const known: Known = { text: null, events: 0 };
  let eventTrouble: Finding | null = null;

  async function findOwn(signal: AbortSignal | undefined): Promise<InspectedContainer | null> {
    for (const id of ownIds) {
      if (own !== null) break;
      const found = await engine.inspect(id, signal);
      // Whoever shares GLPI's network (`--network container:`) has its host name and its files of the engine, too.
      if (found !== null && isNamedAsGlpi(found, options)) networkOfGlpi = true;
      else own = found;
    }
    return own;
  }

  async function searchFor(signal: AbortSignal | undefined): Promise<Search> {
    const self = await findOwn(signal);
    const guarded = locateGuarded(self, ownIds, options.guardedDirectory);
    return { instance: options.instance, container: options.container, own: self, guarded };
  }

  async function look(signal: AbortSignal | undefined): Promise<PlatformObservation> {
    const search = await searchFor(signal);
    const { own: self, guarded } = search;
    const found = await findContainer(engine, search, signal);
    ids = idsOf(found);
    if (found.kind === 'none') return unknown(notFound(search));
    if (found.kind === 'several') return { running: true, container: null, findings: [severalFound(found.containers)] };
    const glpi = await engine.inspect(found.container.id, signal);
    // Removed since it was listed.
    if (glpi === null) return unknown(notFound(search));
    const { id, name, image, startedAt, restarts, health } = glpi;
    const findings = [
      crashLoop(glpi),
      await mountFinding(engine, self, guarded, glpi, options.guardedDirectory, signal),
    ];
    if (self === null && ownIds.length > 0 && !networkOfGlpi) findings.push(ownUnknown(options.guardedDirectory));
    const container = { id, name, image, startedAt, restarts, health };
    return { running: glpi.active, container, findings: findings.filter((each) => each !== null) };
  }

  async function observe(signal?: AbortSignal): Promise<PlatformObservation> {
    try {
      const { events } = known;
      const observation = await look(signal);
      if (known.events === events) known.text = textOf(observation);
      return eventTrouble === null
        ? observation
        : { ...observation, findings: [...observation.findings, eventTrouble] };
    } catch (error) {
      signal?.throwIfAborted();
      return unknown(troubleWith(error));
    }
  }

  const source: EventSource = {
    open: (signal) => engine.events(FOLLOWED_ACTIONS, signal),
    look: async (signal) => textOf(await look(signal)),
    concerns: (event) => concernsGlpi(event, options, own, ids),
    onTrouble: (trouble) => {
      eventTrouble = trouble instanceof Failure && trouble.code === 'platform-denied' ? troubleWith(trouble) : null;
    },
  };

  return {
    name: 'docker',
    observe,
    follow(onChange, signal) {
      const until = AbortSignal.any([signal, disposed.signal]);
      const done = followEvents(source, known, onChange, until, timings).finally(() => following.delete(done));
      following.add(done);
    },
    async describe(signal) {
      const [clockAhead, containers] = await Promise.all([
        engineClockAhead(options.address, timings.request, signal),
        searchFor(signal).then((search) => describeContainers(engine, search, signal)),
      ]);
      return { ...containers, clockAhead };
    },
    exec: (command, options) => execInContainer(engine, look, command, options),
    async [Symbol.asyncDispose]() {
      disposed.abort();
      await Promise.all(following);
    },
  };
}

/** The settings or a label say that this one is GLPI's: then it is not this process's. */
function isNamedAsGlpi({ name, labels }: InspectedContainer, { container, instance }: DockerOptions): boolean {
  return name === container || labels[INSTANCE_LABEL] === instance;
}

/** The guarded directory on the engine's host; outside a container that is its own path. */
function locateGuarded(own: InspectedContainer | null, ownIds: readonly string[], directory: string): string | null {
  if (own !== null) return hostPathOf(own.mounts, directory);
  return ownIds.length === 0 ? directory : null;
}

async function mountFinding(
  engine: Engine,
  own: InspectedContainer | null,
  guarded: string | null,
  glpi: InspectedContainer,
  directory: string,
  signal: AbortSignal | undefined,
): Promise<Finding | null> {
  if (own === null && guarded === null) return null;
  try {
    return await checkMounts(engine, own?.mounts ?? null, directory, glpi, signal);
  } catch (error) {
    signal?.throwIfAborted();
    return troubleWith(error);
  }
}

/** Every container of the own Compose project counts, for GLPI may be any of them, and the database's return is worth a look. */
function concernsGlpi(
  event: ContainerEvent,
  { instance, container }: DockerOptions,
  own: InspectedContainer | null,
  ids: readonly string[],
): boolean {
  const { attributes, id } = event;
  if (id === own?.id || isKeykeeperLabels(attributes)) return false;
  if (ids.includes(id) || attributes[INSTANCE_LABEL] === instance) return true;
  if (container !== null && attributes.name === container) return true;
  const project = projectOf(own);
  return project !== null && attributes[PROJECT_LABEL] === project;
}

function idsOf(found: Found): string[] {
  switch (found.kind) {
    case 'none':
      return [];
    case 'one':
      return [found.container.id];
    case 'several':
      return found.containers.map((each) => each.id);
  }
}

function unknown(finding: Finding): PlatformObservation {
  return { running: null, container: null, findings: [finding] };
}

function textOf({ running, container }: PlatformObservation): string {
  return JSON.stringify([running, container]);
}
