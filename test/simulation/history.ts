import type { Settings } from '../../src/config/settings.ts';
import { digestOf } from './digest.ts';
import { installClock } from './machine/clock.ts';
import { newMachine } from './machine/machine.ts';
import { Random } from './machine/random.ts';
import { SimulatedDatabase } from './model/database.ts';
import { SimulatedGlpi } from './model/glpi.ts';
import { INTERVAL } from './model/keepers.ts';
import { SimulatedPlatform } from './model/platform.ts';
import { type BrokenPromise, Promises } from './model/promises.ts';
import { happeningNamed, type Step } from './script.ts';
import { isAlive, note, start, type World } from './world.ts';

export interface HistoryOptions {
  readonly seed: number;
  readonly script: readonly Step[];
  readonly settings: Settings;
  /** The log tells what was done to files and rows, too. */
  readonly traces?: boolean;
  /** What the disk or the machine does wrong, planted by a test. */
  readonly plant?: 'no-directory-sync' | undefined;
}

export interface HistoryResult {
  readonly seed: number;
  readonly script: readonly Step[];
  readonly broken: readonly BrokenPromise[];
  /** What happened, one line an event. */
  readonly log: readonly string[];
  /** As {@link digestOf} makes it. */
  readonly digest: string;
}

/** Longest that an init takes to end by itself, in ms. */
const PATIENCE = 600_000;

/** One history: what happens to a GLPI and its keepers, with every promise looked at all the while. */
export async function runHistory(options: HistoryOptions): Promise<HistoryResult> {
  const { seed, script } = options;
  const world = beginning(options);
  const { promises, machine, log } = world;
  start(world, 'init');
  await machine.clock.runUntil(() => false, 30_000);
  for (const step of script) {
    if (promises.broken.length > 0) break;
    note(world, step.name);
    happeningNamed(step.name).happen(world, new Random(step.choice));
    promises.noteLive();
    await machine.clock.runUntil(() => false, step.pause);
    look(world, step.name);
  }
  if (promises.broken.length === 0) await calmDown(world);
  const result = { seed, script, broken: [...promises.broken], log: [...log], digest: digestOf(world) };
  await letGo(world);
  return result;
}

/** A GLPI that was just installed. */
function beginning({ seed, settings, traces, plant }: HistoryOptions): World {
  const machine = newMachine(seed);
  installClock(machine.clock);
  const { disk, clock, random } = machine;
  if (plant === 'no-directory-sync') disk.ignoresDirectorySync = true;
  for (const path of ['/glpi', '/vault']) disk.setName(path, disk.newInode('directory', 0o755));
  const database = new SimulatedDatabase(clock, random.pick(['9.5.13', '10.0.17', '11.0.6']));
  machine.database = database;
  const glpi = new SimulatedGlpi({ disk, clock, random, database });
  database.otherSessions = () => (glpi.rotation === null ? 0 : 1);
  const platform = new SimulatedPlatform(random.chance(50) ? 'docker' : 'none', clock);
  const log: string[] = [];
  const record: string[] = [];
  const traced = { log: traces === true ? log : [], record, machine };
  const promises = new Promises(machine, glpi, database, {
    change: (line) => note(traced, `    ${line}`),
    told: (text) => record.push(text),
  });
  glpi.start();
  disk.syncAll();
  const inContainer = random.chance(30);
  return {
    machine,
    settings,
    glpi,
    database,
    platform,
    promises,
    keepers: [],
    started: [],
    log,
    record,
    copies: [],
    inContainer,
    processes: 0,
  };
}

/**
 * Faults end and everybody rests: a watch that is left brings the right key back by its timer alone, else an init does,
 * and soon another init changes nothing.
 */
async function calmDown(world: World): Promise<void> {
  const { database, promises, keepers, glpi, platform, machine } = world;
  database.up = true;
  platform.silent = false;
  glpi.killRotation();
  for (const { process } of keepers) {
    process.fault = null;
    process.callsLeft = null;
  }
  note(world, 'everything calms down');
  if (keepers.some((each) => each.process.kind === 'watch' && isAlive(each))) {
    await machine.clock.runUntil(() => false, 3 * INTERVAL);
    look(world, 'a quiet time with a watch');
    promises.checkHealed('level-triggered');
  }
  for (const { process } of keepers) process.dead = true;
  await runInit(world);
  look(world, 'the first init of a quiet time');
  promises.checkHealed('heals');
  // What a restored file lacks in the vault, the second captures; the third finds nothing left to do.
  const changed = async () => {
    const before = traces(world);
    await runInit(world);
    return traces(world) !== before;
  };
  if ((await changed()) && (await changed())) {
    promises.break('idempotent', 'a third init of a quiet time changed something');
  }
  promises.checkRegistration();
}

/**
 * Whoever waits for a signal that never comes is kept by Node.js, and all of this world with it: every keeper is told to
 * stop. None does anything any more, for it is dead.
 */
async function letGo({ started, machine }: World): Promise<void> {
  for (const { process, stop } of started) {
    process.dead = true;
    stop();
  }
  await machine.clock.runUntil(() => true, 0);
}

/** Tells a world that a keeper changed from the one before. */
function traces({ machine, promises }: World): string {
  return `${promises.touched} ${machine.disk.look('/vault/glpi/generations')?.entries.size}`;
}

async function runInit(world: World): Promise<void> {
  const running = start(world, 'init');
  await world.machine.clock.runUntil(() => running.end !== null, PATIENCE);
  if (running.end === null) world.promises.break('no-defect', 'an init does not end');
}

function look(world: World, moment: string): void {
  const { promises, keepers } = world;
  promises.noteLive();
  promises.checkVault(moment);
  for (const { end } of keepers) {
    if (end?.defect == null) continue;
    promises.break('no-defect', String((end.defect as Error)?.stack ?? end.defect));
  }
  keepers.splice(0, keepers.length, ...keepers.filter(isAlive));
}
