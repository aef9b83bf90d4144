import { Disk } from '../disk/disk.ts';
import type { SimulatedDatabase } from '../model/database.ts';
import { VirtualClock } from './clock.ts';
import { Random } from './random.ts';
import { forgetAll } from './remember.ts';

/** What the replaced modules of Node.js and of the database talk to: the world of the history that runs. */
export interface Machine {
  readonly random: Random;
  readonly clock: VirtualClock;
  readonly disk: Disk;
  database: SimulatedDatabase | null;
}

let machine: Machine | null = null;

export function newMachine(seed: number): Machine {
  forgetAll();
  const random = new Random(seed);
  const clock = new VirtualClock();
  machine = { random, clock, disk: new Disk(clock, random), database: null };
  return machine;
}

export function theMachine(): Machine {
  if (machine === null) throw new Error('no history is running');
  return machine;
}
