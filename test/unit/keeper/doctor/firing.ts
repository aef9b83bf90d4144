import type { Level } from '../../../../src/keeper/doctor/check.ts';
import type { KnownFacts } from '../../../../src/keeper/doctor/known-facts.ts';

/** One thing that is wrong, and which check has to say so. */
export interface Firing {
  readonly code: string;
  /** Completes "fires on …". */
  readonly on: string;
  readonly level: Level;
  /** What differs from healthy facts. */
  readonly facts: () => Partial<KnownFacts> | Promise<Partial<KnownFacts>>;
  /** Has to stand in message, target or evidence. */
  readonly says: string;
}
