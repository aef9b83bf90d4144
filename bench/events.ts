import { utimesSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { residentMemory } from './idle.ts';
import { type BenchSchema, createInstance } from './instance.ts';
import type { Program } from './program.ts';
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

/** Memory of a watch before and after a hundred thousand events of the key file. */
export async function measureEvents(program: Program, schema: BenchSchema | null): Promise<Row[]> {
  using instance = createInstance(schema);
  await using watch = await startWatch(program, instance);
  await touch(instance.keyPath, WARMING);
  await sleep(CALM);
  const before = residentMemory(watch);
  await touch(instance.keyPath, EVENTS);
  await sleep(CALM);
  const after = residentMemory(watch);
  return [
    {
      what: `resident memory of \`watch\` after ${EVENTS.toLocaleString('en')} more events of the key file`,
      against: 'before them',
      unit: 'MiB',
      ours: spreadOf([after]),
      peer: spreadOf([before]),
      goals: [{ statistic: 'p50', comparison: 'difference', limit: 1 }],
    },
  ];
}

async function touch(path: string, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    utimesSync(path, time, time);
    if (time % BURST === 0) await sleep(REST);
  }
}
