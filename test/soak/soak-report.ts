import type { Flatness } from './measure.ts';

export interface PhaseCount {
  readonly name: string;
  readonly runs: number;
  readonly events: number;
}

export interface SoakReport {
  readonly seed: number;
  readonly minutes: number;
  readonly events: number;
  /** Processes of the watch, one after the other. */
  readonly lives: number;
  readonly database: boolean;
  readonly phases: readonly PhaseCount[];
  readonly samples: number;
  readonly flatness: readonly Flatness[];
  /** Keys that were right at some time; each has to be in the vault. */
  readonly keys: number;
  readonly vault: {
    readonly generations: number;
    readonly mostGenerations: number;
    readonly chunks: number;
    readonly bytes: number;
  };
  /** What went wrong, as sentences; empty where nothing did. */
  readonly failures: readonly string[];
}
