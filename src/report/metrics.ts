import type { Severity } from '../core/finding.ts';
import { VERDICTS } from '../core/verdict.ts';
import { ACTION_NAMES, type MetricsSnapshot, TRIGGERS } from './metrics-snapshot.ts';
import { REGISTRATION_METRICS } from './registration-metrics.ts';
import { SCHEDULE_METRICS } from './schedule-metrics.ts';

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** One metric: the scrape and docs/metrics.md both derive from it. */
export interface Metric {
  readonly name: string;
  readonly type: 'gauge' | 'counter';
  readonly help: string;
  readonly labels: readonly string[];
  /** Every series that this metric can ever have, zeros included: an alert needs a value before the first event. */
  readonly samples: (snapshot: MetricsSnapshot) => readonly Sample[];
}

const SEVERITIES: readonly Severity[] = ['error', 'warning', 'advice', 'info'];

/** Every metric of `watch`, in the order of the documentation. */
export const METRICS: readonly Metric[] = [
  {
    name: 'keykeeper_info',
    type: 'gauge',
    help: 'Always 1; the labels say which release keeps which instance.',
    labels: ['version', 'instance'],
    samples: ({ version, instance }) => [{ labels: { version, instance }, value: 1 }],
  },
  gauge('keykeeper_healthy', '1 while the key is safe and the loop runs: what /healthz says.', (each) =>
    bit(each.healthy),
  ),
  gauge('keykeeper_ready', '1 once the first pass is done and GLPI may start: what /readyz says.', (each) =>
    bit(each.ready),
  ),
  {
    name: 'keykeeper_verdict',
    type: 'gauge',
    help: '1 for the verdict on the live key as last judged, 0 for the others; all 0 before the first pass.',
    labels: ['verdict'],
    samples: ({ verdict }) => VERDICTS.map((each) => ({ labels: { verdict: each }, value: bit(each === verdict) })),
  },
  gauge(
    'keykeeper_canary_tested',
    'Sealed values of the database that the key was tried on.',
    (each) => each.canary.tested,
  ),
  gauge('keykeeper_canary_opened', 'How many of them it opened.', (each) => each.canary.opened),
  {
    name: 'keykeeper_findings',
    type: 'gauge',
    help: 'Findings of the last pass by severity.',
    labels: ['severity'],
    samples: ({ findings }) => SEVERITIES.map((severity) => ({ labels: { severity }, value: findings[severity] })),
  },
  gauge('keykeeper_database_up', '1 if the database answered in the last pass that asked it.', (each) =>
    bit(each.databaseAnswers),
  ),
  gauge('keykeeper_vault_up', '1 if the vault could be read in the last pass.', (each) => bit(each.vault.usable)),
  gauge('keykeeper_vault_generations', 'Readable generations in the vault.', (each) => each.vault.generations),
  gauge('keykeeper_vault_damaged_generations', 'Files of the vault that cannot be used.', (each) => each.vault.damaged),
  {
    name: 'keykeeper_passes_total',
    type: 'counter',
    help: 'Finished passes (observe, judge, plan, apply, verify) by what started them.',
    labels: ['trigger'],
    samples: ({ passes }) => TRIGGERS.map((trigger) => ({ labels: { trigger }, value: passes[trigger] })),
  },
  counter('keykeeper_failed_passes_total', 'Passes that ended in an error.', (each) => each.failedPasses),
  counter('keykeeper_pass_seconds_total', 'Time spent in passes, in seconds.', (each) => each.passSeconds),
  {
    name: 'keykeeper_actions_total',
    type: 'counter',
    help: 'What was done to files, rows and vault, by action and by whether it worked.',
    labels: ['action', 'result'],
    samples: ({ actionsDone, actionsFailed }) =>
      ACTION_NAMES.flatMap((action) => [
        { labels: { action, result: 'done' }, value: actionsDone[action] },
        { labels: { action, result: 'failed' }, value: actionsFailed[action] },
      ]),
  },
  gauge(
    'keykeeper_last_pass_timestamp_seconds',
    'When the last pass ended, as Unix time; 0: never.',
    (each) => each.lastPassAt ?? 0,
  ),
  gauge(
    'keykeeper_last_sound_timestamp_seconds',
    'When the key was last judged sound; 0: never.',
    (each) => each.lastSoundAt ?? 0,
  ),
  gauge(
    'keykeeper_last_capture_timestamp_seconds',
    'When a generation was last written; 0: never.',
    (each) => each.lastCaptureAt ?? 0,
  ),
  ...REGISTRATION_METRICS,
  ...SCHEDULE_METRICS,
];

function gauge(name: string, help: string, value: (snapshot: MetricsSnapshot) => number): Metric {
  return { name, type: 'gauge', help, labels: [], samples: (snapshot) => [{ labels: {}, value: value(snapshot) }] };
}

function counter(name: string, help: string, value: (snapshot: MetricsSnapshot) => number): Metric {
  return { ...gauge(name, help, value), type: 'counter' };
}

function bit(flag: boolean): number {
  return flag ? 1 : 0;
}
