import type { Settings } from '../../src/config/settings.ts';
import type { Machine } from './machine/machine.ts';
import type { SimulatedProcess } from './machine/process.ts';
import type { Row, SimulatedDatabase } from './model/database.ts';
import { CONFIG, type SimulatedGlpi } from './model/glpi.ts';
import { type RunningKeeper, startKeeper } from './model/keepers.ts';
import type { SimulatedPlatform } from './model/platform.ts';
import type { Promises } from './model/promises.ts';

/** A GLPI with its database and container, its keepers, and those who watch over the promises. */
export interface World {
  readonly machine: Machine;
  readonly settings: Settings;
  readonly glpi: SimulatedGlpi;
  readonly database: SimulatedDatabase;
  readonly platform: SimulatedPlatform;
  readonly promises: Promises;
  readonly keepers: RunningKeeper[];
  /** All that ever were, to be let go of at the end. */
  readonly started: RunningKeeper[];
  readonly log: string[];
  /** All that the log may tell, and what keepers told. */
  readonly record: string[];
  /** Copies that an administrator made. */
  readonly copies: { readonly key: Buffer; readonly rows: Row[] }[];
  /** GLPI's config directory lies in its container, and is gone with it. */
  readonly inContainer: boolean;
  processes: number;
}

export function note({ log, record, machine }: Pick<World, 'log' | 'record' | 'machine'>, line: string): void {
  const timed = `${String(Math.floor(machine.clock.now)).padStart(9)} ${line}`;
  log.push(timed);
  record.push(timed);
}

export function start(world: World, kind: SimulatedProcess['kind'], gated = false): RunningKeeper {
  const { promises, keepers } = world;
  world.processes += 1;
  const process: SimulatedProcess = {
    name: `${kind} ${world.processes}`,
    kind,
    namespace: 100 + world.processes,
    dead: false,
    callsLeft: null,
    fault: null,
    faulted: false,
    stalledUntil: 0,
  };
  const running = startKeeper(process, gated, {
    ...world,
    onKept: () => promises.noteKept(),
    onResult: (by, result) => {
      const { verdict } = result.after.judgement;
      note(world, `  ${by.name}: ${verdict}${result.outcome.obstacle === null ? '' : ` (${result.outcome.obstacle})`}`);
      promises.checkTold(result);
    },
    onOpen: (by) => {
      note(world, `  ${by.name}: the gate opens`);
      promises.checkGate(by);
    },
  });
  keepers.push(running);
  world.started.push(running);
  return running;
}

export function isAlive({ end, process }: RunningKeeper): boolean {
  return end === null && !process.dead;
}

export function hasConfig({ machine }: World): boolean {
  return machine.disk.look(CONFIG) !== undefined;
}
