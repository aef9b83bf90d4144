import type { Scene } from '../scene.ts';

export type Keeps = 'nothing' | 'generations' | 'generations and escrow';

/** A storm of events of one kind, after which all has to be well again. */
export interface Phase {
  readonly name: string;
  /** How many of it lie in one shuffled deck of phases. */
  readonly share: number;
  readonly needsDatabase: boolean;
  /** What the vault may have more of afterwards: pieces of escrow only where sealed values changed. */
  readonly keeps: Keeps;
  readonly run: (scene: Scene) => Promise<void>;
}
