import type { Severity } from '../core/finding.ts';
import type { Action } from '../core/plan.ts';
import type { Verdict } from '../core/verdict.ts';
import type { Trigger } from '../keeper/watch.ts';
import type { RegistrationFigures } from './registration-metrics.ts';
import type { ScheduleFigures } from './schedule-metrics.ts';

export type { Trigger };

export type ActionName = Action['action'];

/** What makes the keeper look. Kept as a record, which the compiler finds incomplete where a name is missing. */
export const TRIGGERS = namesOf<Trigger>({ start: 1, file: 1, container: 1, timer: 1, signal: 1, http: 1, vault: 1 });

/** What the keeper can do, by the names in its plan. */
export const ACTION_NAMES = namesOf<ActionName>({
  'capture-first': 1,
  capture: 1,
  'restore-file': 1,
  'repair-access': 1,
  'separate-file': 1,
  'repair-directory': 1,
  'write-database-settings': 1,
  'reseal-values': 1,
  'write-registration': 1,
  'rescue-values': 1,
  'undo-rescue': 1,
  'rotate-key': 1,
  accept: 1,
});

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
  readonly registration: RegistrationFigures;
  readonly drill: ScheduleFigures;
  readonly export: ScheduleFigures;
}

function namesOf<Name extends string>(names: Readonly<Record<Name, 1>>): readonly Name[] {
  return Object.keys(names) as Name[];
}
