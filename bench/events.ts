import { utimesSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { residentMemory } from './idle.ts';
import { type BenchSchema, createInstance } from './instance.ts';
import { startLeastWatch } from './least-watch.ts';
import type { Program, Running } from './program.ts';
import type { Row } from './row.ts';
import { startWatch } from './running-watch.ts';
import { spreadOf } from './spread.ts';

const EVENTS = 100_000;
/** At once, before the watch gets a turn. */
const BURST = 500;
/** Between two of them, in ms: the watch looks and runs a pass now and then meanwhile. */
const REST = 50;
/** What the events set off is over, in ms. */
const CALM = 15_000;
/** Events before it counts: by then the heap has grown to what so many need at once. */
const WARMING = 100_000;

/** Memory of a watch before and after a hundred thousand events of the key file, and of the least that watches it. */
export async function measureEvents(program: Program, schema: BenchSchema | null): Promise<Row[]> {
  using instance = createInstance(schema);
  using other = createInstance(null);
  await using watch = await startWatch(program, instance);
  const ours = await memoryAround(watch, instance.keyPath);
  await using least = await startLeastWatch(other.configDir, basename(other.keyPath));
  const platform = await memoryAround(least, other.keyPath);
  const shared = { against: 'before them', unit: 'MiB' } as const;
  return [
    {
      ...shared,
      what: `resident memory of \`watch\` after ${EVENTS.toLocaleString('en')} more events of the key file`,
      ours: spreadOf([ours.after]),
      peer: spreadOf([ours.before]),
      goals: [{ statistic: 'p50', comparison: 'difference', limit: 1 }],
    },
    {
      ...shared,
      what: 'the same of the least that Node can do: told of each, and nothing done',
      ours: spreadOf([platform.after]),
      peer: spreadOf([platform.before]),
      goals: [{ statistic: 'p50', comparison: 'difference', limit: null }],
    },
  ];
}

/** Before and after the events that count, in MiB. */
async function memoryAround(
  process: Running,
  path: string,
): Promise<{ readonly before: number; readonly after: number }> {
  await touch(path, WARMING);
  await sleep(CALM);
  const before = residentMemory(process);
  await touch(path, EVENTS);
  await sleep(CALM);
  return { before, after: residentMemory(process) };
}

async function touch(path: string, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    utimesSync(path, time, time);
    if (time % BURST === 0) await sleep(REST);
  }
}
