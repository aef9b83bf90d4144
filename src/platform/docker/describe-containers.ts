import type { DescribedContainer, PlatformDescription } from '../platform.ts';
import type { Engine } from './engine.ts';
import { findContainer, isKeykeeper, PROJECT_LABEL, type Search } from './find-container.ts';

/** More containers than one Compose project has of Keykeeper. */
const MOST_KEEPERS = 10;

/**
 * GLPI's container as a pass finds it, and Keykeeper's others in GLPI's own Compose project.
 *
 * @throws Failure 'platform-unreachable' or 'platform-denied'
 */
export async function describeContainers(
  engine: Engine,
  search: Search,
  signal: AbortSignal,
): Promise<Omit<PlatformDescription, 'clockAhead'>> {
  const found = await findContainer(engine, search, signal);
  const glpi = found.kind === 'one' ? await engine.inspect(found.container.id, signal) : null;
  const project = glpi?.labels[PROJECT_LABEL];
  const members = project === undefined ? [] : await engine.list({ label: [`${PROJECT_LABEL}=${project}`] }, signal);
  const others = members.filter(
    (each) => ![glpi?.id, search.own?.id].includes(each.id) && isKeykeeper(each, search.own),
  );
  const keepers: DescribedContainer[] = [];
  for (const { id } of others.slice(0, MOST_KEEPERS)) {
    const keeper = await engine.inspect(id, signal);
    if (keeper !== null) keepers.push(keeper);
  }
  return { own: search.own, glpi, keepers };
}
