import { Failure } from '../../core/failure.ts';
import { openEngine } from './engine.ts';
import type { EngineAddress } from './engine-address.ts';
import { findContainer } from './find-container.ts';
import { hostPathOf } from './host-path.ts';
import { type OwnTraces, ownContainerIds } from './own-container.ts';

/** What the engine says of the image that GLPI's container was made from. */
export interface GlpiImage {
  readonly container: string;
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface ImageSearch {
  readonly instance: string;
  readonly container: string | null;
  /** Directories of this container that may be GLPI's config directory. */
  readonly directories: readonly string[];
}

/** Nobody waits longer than this, in ms, for a hint. */
const PATIENCE = 3_000;

/**
 * The image of GLPI's container, running or only made (Compose makes all containers before it starts one). Null where the
 * engine does not answer or forbids the question, and where no one container is certainly GLPI's.
 */
export async function lookAtImage(
  address: EngineAddress,
  traces: OwnTraces,
  { instance, container, directories }: ImageSearch,
): Promise<GlpiImage | null> {
  const engine = openEngine(address, PATIENCE);
  const ownIds = ownContainerIds(traces);
  try {
    let own = null;
    for (const id of ownIds) own ??= await engine.inspect(id);
    const mounts = own?.mounts ?? null;
    const places = directories.map((each) => (mounts === null ? null : hostPathOf(mounts, each)));
    for (const guarded of places.length === 0 ? [null] : places) {
      const found = await findContainer(engine, { instance, container, own, guarded });
      if (found.kind !== 'one') continue;
      const glpi = await engine.inspect(found.container.id);
      if (glpi !== null) return { container: glpi.name, image: glpi.image, labels: glpi.labels };
    }
    return null;
  } catch (error) {
    if (error instanceof Failure) return null;
    throw error;
  }
}
