import { afterWarmUp, fitSlope, type Slope } from './slope.ts';

/** What the watch's own process tells (probe.ts): bytes and counts after a full collection of garbage. */
export interface ProcessFigures {
  readonly resident: number;
  readonly heap: number;
  /** Memory of buffers outside the heap. */
  readonly external: number;
  /** What keeps the event loop alive: sockets, servers, watchers, timers. */
  readonly resources: number;
  /** Timers, those that do not keep the loop alive among them. */
  readonly timers: number;
  /** Listeners of event targets (signals) and of the process. */
  readonly listeners: number;
}

/** One look at the watch, between two storms of events. */
export interface Sample extends ProcessFigures {
  /** Which process since the start of the run: restarts begin a new one. */
  readonly life: number;
  /** Events so far, of all lives. */
  readonly events: number;
  /** Since the start of the run. */
  readonly hours: number;
  /** Open descriptors, counted in /proc. */
  readonly descriptors: number;
}

/** A figure that has to stay flat. */
export interface Measure {
  readonly name: string;
  readonly unit: 'KiB' | '';
  readonly of: (sample: Sample) => number;
  /** The most growth for each 1,000 events. */
  readonly bound: number;
  /** Growth of the longest life, in all, that is within the noise of one process. */
  readonly noise: number;
}

export interface Flatness {
  readonly measure: Measure;
  readonly first: number;
  readonly last: number;
  readonly most: number;
  /** For each 1,000 events; null where there are too few samples. */
  readonly byEvents: Slope | null;
  readonly byHours: Slope | null;
  readonly flat: boolean;
}

const KIBIBYTE = 1_024;

export const MEASURES: readonly Measure[] = [
  { name: 'resident memory', unit: 'KiB', of: (each) => each.resident / KIBIBYTE, bound: 40, noise: 16 * KIBIBYTE },
  { name: 'heap after collection', unit: 'KiB', of: (each) => each.heap / KIBIBYTE, bound: 10, noise: 4 * KIBIBYTE },
  { name: 'buffers', unit: 'KiB', of: (each) => each.external / KIBIBYTE, bound: 10, noise: 2 * KIBIBYTE },
  { name: 'open descriptors', unit: '', of: (each) => each.descriptors, bound: 0.02, noise: 4 },
  { name: 'active resources', unit: '', of: (each) => each.resources, bound: 0.02, noise: 4 },
  { name: 'timers', unit: '', of: (each) => each.timers, bound: 0.02, noise: 8 },
  { name: 'listeners', unit: '', of: (each) => each.listeners, bound: 0.05, noise: 16 },
];

/** Of each life's samples, in which it compiles and fills its caches. */
const WARM_UP = 0.25;
/** As many standard errors from zero: by chance once in 30,000 times. */
const SIGNIFICANT = 4;

/** Whether a figure grows: by more than its bound, not by chance, and to more than what one process varies by. */
export function judge(measure: Measure, samples: readonly Sample[]): Flatness {
  const values = samples.map(measure.of);
  const byEvents = slopeOver(measure, samples, (each) => each.events / 1_000);
  const byHours = slopeOver(measure, samples, (each) => each.hours);
  const grows =
    byEvents !== null &&
    byEvents.value > measure.bound &&
    byEvents.value > SIGNIFICANT * byEvents.error &&
    byEvents.growth > measure.noise;
  return {
    measure,
    first: values[0] ?? 0,
    last: values.at(-1) ?? 0,
    most: Math.max(...values),
    byEvents,
    byHours,
    flat: !grows,
  };
}

function slopeOver(measure: Measure, samples: readonly Sample[], x: (sample: Sample) => number): Slope | null {
  const points = samples.map((each) => ({ life: each.life, x: x(each), y: measure.of(each) }));
  return fitSlope(afterWarmUp(points, WARM_UP));
}
