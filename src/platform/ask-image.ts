import { Failure } from '../core/failure.ts';
import type { GlpiImage, ImageSearch } from './docker/look-at-image.ts';

export interface ImageRequest extends ImageSearch {
  /** `KEYKEEPER_PLATFORM`; only Docker's engine is asked. */
  readonly platform: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** What runs GLPI, where a Docker engine is at hand and says so; null otherwise, for it is a hint and no more. */
export async function askImage({ platform, environment, ...search }: ImageRequest): Promise<GlpiImage | null> {
  if (platform !== 'docker' && platform !== 'auto') return null;
  const { engineAddress, engineAtHand } = await import('./docker/engine-address.ts');
  if (platform === 'auto' && !engineAtHand(environment)) return null;
  const { lookAtImage } = await import('./docker/look-at-image.ts');
  const { readOwnTraces } = await import('./docker/own-container.ts');
  try {
    return await lookAtImage(engineAddress(environment), readOwnTraces(), search);
  } catch (error) {
    // An address that cannot be used is told when the platform is opened.
    if (error instanceof Failure) return null;
    throw error;
  }
}
