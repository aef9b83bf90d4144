import type { LoadedSettings } from '../../config/load-settings.ts';
import type { PlatformObservation } from '../../platform/platform.ts';
import type { WrongAccess } from './facts/look-at-access.ts';
import type { ClockFact } from './facts/look-at-clocks.ts';
import type { ContainersFact } from './facts/look-at-containers.ts';
import type { InstanceFact } from './facts/look-at-instance.ts';
import type { NetworkFact } from './facts/look-at-network.ts';
import type { PhpFact } from './facts/look-at-php.ts';
import type { PlacesFact } from './facts/look-at-places.ts';
import type { SurroundingsFact } from './facts/look-at-surroundings.ts';

/** Everything that checks look at, gathered once. */
export interface KnownFacts {
  readonly settings: LoadedSettings;
  /** This process: its rights, its mounts. */
  readonly surroundings: SurroundingsFact;
  /** What the keeper's own observing and judging made of files, vault and database. */
  readonly instance: InstanceFact;
  /** Owners and modes that are not as they should be; empty where all are. */
  readonly access: readonly WrongAccess[];
  /** Where config directory and vault lie, and what lies beside them. */
  readonly places: PlacesFact;
  /** What the engine or cluster says of GLPI by itself. */
  readonly platform: PlatformObservation;
  /** The containers as the engine describes them. */
  readonly containers: ContainersFact;
  /** The PHP in GLPI's container. */
  readonly php: PhpFact;
  readonly network: NetworkFact;
  readonly clocks: ClockFact;
}

export type FactName = keyof KnownFacts;

/** A fact, or why there is none. */
export type Fact<T> =
  | { readonly kind: 'known'; readonly value: T }
  | { readonly kind: 'unknown'; readonly why: string };
