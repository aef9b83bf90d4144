import { Failure } from '../../../core/failure.ts';
import type { Platform, PlatformDescription } from '../../../platform/platform.ts';

export type ContainersFact =
  | { readonly kind: 'described'; readonly description: PlatformDescription }
  /** Nobody to ask, or they do not answer. */
  | { readonly kind: 'unseen'; readonly why: string };

/** Reads only. @throws the reason of `signal` */
export async function lookAtContainers(platform: Platform, signal: AbortSignal): Promise<ContainersFact> {
  if (platform.describe === undefined) {
    const why = "GLPI's container cannot be looked at from here: neither the engine's socket nor DOCKER_HOST is given";
    return { kind: 'unseen', why };
  }
  try {
    return { kind: 'described', description: await platform.describe(signal) };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof Failure)) throw error;
    return { kind: 'unseen', why: error.message };
  }
}
