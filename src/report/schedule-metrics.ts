import type { ScheduleName, ScheduleRecord } from '../core/schedule.ts';
import type { Metric } from './metrics.ts';

/** How drill and export ended last, in figures. */
export interface ScheduleFigures {
  /** When it ended last, as Unix time in seconds; null: never. */
  readonly endedAt: number | null;
  readonly succeededAt: number | null;
  readonly success: boolean;
}

export const NEVER: ScheduleFigures = { endedAt: null, succeededAt: null, success: false };

export function scheduleFigures(record: ScheduleRecord | null): ScheduleFigures {
  if (record?.last == null) return NEVER;
  const { last, succeededAt } = record;
  return {
    endedAt: seconds(last.at),
    succeededAt: succeededAt === null ? null : seconds(succeededAt),
    success: last.success,
  };
}

/** What Prometheus learns of them. */
export const SCHEDULE_METRICS: readonly Metric[] = [
  ...metricsOf('drill', 'the last drill', 'brought everything back'),
  ...metricsOf('export', 'the last export to KEYKEEPER_EXPORT_TO', 'was written and checked'),
];

function metricsOf(name: ScheduleName, what: string, success: string): Metric[] {
  const gauge = { type: 'gauge', labels: [] } as const;
  return [
    {
      ...gauge,
      name: `keykeeper_${name}_timestamp_seconds`,
      help: `When ${what} ended, as Unix time; 0: never.`,
      samples: (snapshot) => [{ labels: {}, value: snapshot[name].endedAt ?? 0 }],
    },
    {
      ...gauge,
      name: `keykeeper_${name}_success_timestamp_seconds`,
      help: `When the last one of these ${success}, as Unix time; 0: never.`,
      samples: (snapshot) => [{ labels: {}, value: snapshot[name].succeededAt ?? 0 }],
    },
    {
      ...gauge,
      name: `keykeeper_${name}_success`,
      help: `1 if ${what} ${success}; 0 if not, or never done.`,
      samples: (snapshot) => [{ labels: {}, value: snapshot[name].success ? 1 : 0 }],
    },
  ];
}

function seconds(time: string): number {
  return Date.parse(time) / 1_000;
}
