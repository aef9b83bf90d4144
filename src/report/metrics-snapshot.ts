import type { Severity } from '../core/finding.ts';
import type { Action } from '../core/plan.ts';
import type { Verdict } from '../core/verdict.ts';
import type { Trigger } from '../keeper/watch.ts';

export type { Trigger };

/** What makes the keeper look. */
export const TRIGGERS = ['start', 'file', 'container', 'timer', 'signal', 'http'] as const satisfies readonly Trigger[];

/** What the keeper can do, by the names in its plan. */
export const ACTION_NAMES = [
  'capture-first',
  'capture',
  'restore-file',
  'repair-access',
  'repair-directory',
  'write-database-settings',
  'reseal-values',
] as const satisfies readonly Action['action'][];

export type ActionName = Action['action'];

/** The keeper's figures at one moment. Counts are since the process started; times are Unix times in seconds, null: never. */
export interface MetricsSnapshot {
  readonly version: string;
  readonly instance: string;
  readonly healthy: boolean;
  readonly ready: boolean;
  readonly verdict: Verdict | null;
  readonly canary: { readonly tested: number; readonly opened: number };
  readonly findings: Readonly<Record<Severity, number>>;
  readonly databaseAnswers: boolean;
  readonly vault: { readonly usable: boolean; readonly generations: number; readonly damaged: number };
  /** Finished passes by what started them. */
  readonly passes: Readonly<Record<Trigger, number>>;
  /** Passes that ended in an error. */
  readonly failedPasses: number;
  /** Time spent in passes, in seconds. */
  readonly passSeconds: number;
  readonly actionsDone: Readonly<Record<ActionName, number>>;
  readonly actionsFailed: Readonly<Record<ActionName, number>>;
  readonly lastPassAt: number | null;
  readonly lastSoundAt: number | null;
  readonly lastCaptureAt: number | null;
}
