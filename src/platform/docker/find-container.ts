import type { InspectedContainer, ListedContainer } from './container.ts';
import type { Engine } from './engine.ts';
import { seenAt } from './host-path.ts';

/** Label on GLPI's container that names the instance it is. */
export const INSTANCE_LABEL = 'keykeeper.instance';
export const PROJECT_LABEL = 'com.docker.compose.project';
export const SERVICE_LABEL = 'com.docker.compose.service';
const ONE_OFF_LABEL = 'com.docker.compose.oneoff';
const TITLE_LABEL = 'org.opencontainers.image.title';
/** `org.opencontainers.image.title` of Keykeeper's own image (see Dockerfile). */
const OWN_TITLE = 'Keykeeper';

export interface Search {
  readonly instance: string;
  readonly container: string | null;
  /** Keykeeper's own container; null outside one, or where the engine does not know it. */
  readonly own: InspectedContainer | null;
  /** The guarded directory on the engine's host; null where that is not known. */
  readonly guarded: string | null;
}

/** Which of several found ones is meant: the one that is active, for a re-created container has a twin for a moment. */
export type Found =
  | { readonly kind: 'none' }
  | { readonly kind: 'one'; readonly container: ListedContainer }
  | { readonly kind: 'several'; readonly containers: readonly ListedContainer[] };

/**
 * Finds GLPI's container: by the instance label; else by the name or Compose service that the settings give; else the
 * single container of the own Compose project that mounts the guarded directory.
 */
export async function findContainer(engine: Engine, search: Search, signal?: AbortSignal): Promise<Found> {
  const labelled = await engine.list({ label: [`${INSTANCE_LABEL}=${search.instance}`] }, signal);
  const others = labelled.filter((each) => !isKeykeeper(each, search.own));
  if (others.length > 0) return choose(others);
  const project = projectOf(search.own);
  if (search.container !== null) return choose(await findNamed(engine, search.container, project, signal));
  const { guarded } = search;
  if (project === null || guarded === null) return { kind: 'none' };
  const members = await engine.list({ label: [`${PROJECT_LABEL}=${project}`] }, signal);
  return choose(members.filter((each) => !isKeykeeper(each, search.own) && seenAt(each.mounts, guarded) !== null));
}

export function projectOf(own: InspectedContainer | null): string | null {
  return own?.labels[PROJECT_LABEL] ?? null;
}

/** Keykeeper itself, its init container, or a `docker compose run` of anything: never GLPI. */
export function isKeykeeper(container: ListedContainer, own: InspectedContainer | null): boolean {
  if (own !== null && (container.id === own.id || container.imageId === own.imageId)) return true;
  return isKeykeeperLabels(container.labels);
}

export function isKeykeeperLabels(labels: Readonly<Record<string, string>>): boolean {
  return labels[TITLE_LABEL] === OWN_TITLE || labels[ONE_OFF_LABEL] === 'True';
}

async function findNamed(
  engine: Engine,
  name: string,
  project: string | null,
  signal: AbortSignal | undefined,
): Promise<ListedContainer[]> {
  // The engine matches names as a regular expression, anywhere in the name.
  const named = await engine.list({ name: [`^/?${name.replace(/[^\w-]/g, '\\$&')}$`] }, signal);
  if (named.length > 0 || project === null) return named;
  return engine.list({ label: [`${PROJECT_LABEL}=${project}`, `${SERVICE_LABEL}=${name}`] }, signal);
}

function choose(containers: readonly ListedContainer[]): Found {
  const active = containers.filter((each) => each.active);
  if (active.length > 1) return { kind: 'several', containers: active };
  const [container] =
    active.length === 1 ? active : [...containers].sort((left, right) => right.created - left.created);
  return container === undefined ? { kind: 'none' } : { kind: 'one', container };
}
