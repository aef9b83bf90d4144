import type { Settings } from '../../src/config/settings.ts';
import { installClock } from './machine/clock.ts';
import { type Machine, newMachine } from './machine/machine.ts';
import type { SimulatedProcess } from './machine/process.ts';
import { type Row, SimulatedDatabase } from './model/database.ts';
import { CONFIG, KEY_PATH, SETTINGS_PATH, SimulatedGlpi } from './model/glpi.ts';
import { type RunningKeeper, startKeeper } from './model/keepers.ts';
import { BrokenPromise, Promises } from './model/promises.ts';

export interface HistoryOptions {
  readonly seed: number;
  /** How many events; fewer with the same seed are its beginning, which is how a failure is made smaller. */
  readonly steps: number;
  readonly settings: Settings;
  /** The log tells what was done to files and rows, too. */
  readonly traces?: boolean;
  /** What the disk or the machine does wrong, planted by a test. */
  readonly plant?: 'no-directory-sync';
}

export interface HistoryResult {
  readonly seed: number;
  readonly steps: number;
  readonly broken: readonly { readonly promise: string; readonly message: string }[];
  /** What happened, one line an event. */
  readonly log: readonly string[];
}

interface World {
  readonly machine: Machine;
  readonly settings: Settings;
  readonly glpi: SimulatedGlpi;
  readonly database: SimulatedDatabase;
  readonly promises: Promises;
  readonly keepers: RunningKeeper[];
  readonly log: string[];
  /** Copies that an administrator made. */
  readonly copies: { readonly key: Buffer; readonly rows: Row[] }[];
  processes: number;
}

interface Happening {
  readonly name: string;
  readonly weight: number;
  readonly happen: (world: World) => void;
}

/** Longest that one event is left to itself before the next, in ms of the simulated clock. */
const PAUSES = [5, 60, 1_000, 12_000, 45_000] as const;

const HAPPENINGS: readonly Happening[] = [
  { name: 'GLPI is started', weight: 8, happen: ({ glpi }) => glpi.start() },
  { name: 'an init runs', weight: 14, happen: (world) => start(world, 'init') },
  { name: 'a watch is started', weight: 8, happen: (world) => start(world, 'watch') },
  { name: 'a secret is saved', weight: 10, happen: (world) => save(world) },
  {
    name: 'a form is saved unchanged',
    weight: 5,
    happen: ({ glpi, database, machine }) =>
      database.rows.length > 0 && glpi.saveUnchanged(machine.random.pick(database.rows)),
  },
  { name: 'GLPI rotates its key', weight: 6, happen: ({ glpi }) => glpi.rotate() },
  {
    name: 'GLPI rotates its key, and an init runs meanwhile',
    weight: 5,
    happen: (world) => {
      world.glpi.rotate();
      world.machine.clock.later(world.machine.random.below(150), () => start(world, 'init'));
    },
  },
  { name: 'the rotation is killed', weight: 3, happen: ({ glpi }) => glpi.killRotation() },
  { name: 'the config volume is lost', weight: 5, happen: ({ glpi }) => glpi.remove(CONFIG) },
  { name: 'the key file is deleted', weight: 5, happen: ({ glpi }) => glpi.remove(KEY_PATH) },
  { name: 'config_db.php is deleted', weight: 3, happen: ({ glpi }) => glpi.remove(SETTINGS_PATH) },
  {
    name: 'the key file is cut short',
    weight: 3,
    happen: ({ glpi, machine }) =>
      glpi.key !== null && glpi.put(KEY_PATH, glpi.key.subarray(0, machine.random.below(32))),
  },
  {
    name: 'another key is put in its place',
    weight: 3,
    happen: ({ glpi, machine }) => hasConfig(machine) && glpi.put(KEY_PATH, machine.random.bytes(32)),
  },
  {
    name: 'an administrator makes a copy',
    weight: 4,
    happen: ({ glpi, database, copies }) =>
      glpi.key !== null && copies.push({ key: Buffer.from(glpi.key), rows: database.snapshot() }),
  },
  {
    name: 'an old key is copied back',
    weight: 4,
    happen: ({ glpi, machine, copies }) =>
      hasConfig(machine) && copies.length > 0 && glpi.put(KEY_PATH, machine.random.pick(copies).key),
  },
  { name: 'an old database is copied back', weight: 3, happen: (world) => restoreDatabase(world) },
  {
    name: 'the database goes away',
    weight: 3,
    happen: ({ database }) => {
      database.up = false;
    },
  },
  {
    name: 'the database comes back',
    weight: 6,
    happen: ({ database }) => {
      database.up = true;
    },
  },
  { name: 'a keeper is killed', weight: 5, happen: (world) => kill(world) },
  {
    name: 'a keeper will be killed at a system call',
    weight: 8,
    happen: ({ keepers, machine }) => {
      const one = alive(keepers);
      if (one !== null) one.process.callsLeft = machine.random.below(400);
    },
  },
  {
    name: 'a system call will fail',
    weight: 5,
    happen: ({ keepers, machine }) => {
      const one = alive(keepers);
      if (one !== null)
        one.process.fault = {
          call: machine.random.pick(['open', 'write', 'fsync', 'link', 'rename', 'read']),
          code: machine.random.pick(['EIO', 'ENOSPC', 'EPERM']),
        };
    },
  },
  { name: 'the power is cut', weight: 4, happen: (world) => cutPower(world) },
  {
    name: 'the wall clock jumps',
    weight: 2,
    happen: ({ machine }) => {
      machine.clock.skew += (machine.random.below(2001) - 1000) * 60_000;
    },
  },
  {
    name: 'a watch sees a file event',
    weight: 6,
    happen: ({ keepers }) => {
      for (const each of keepers) each.wake();
    },
  },
];

const TOTAL = HAPPENINGS.reduce((sum, { weight }) => sum + weight, 0);

/** One history: what happens to a GLPI and its keepers, as the seed has it, with every promise looked at all the while. */
export async function runHistory({ seed, steps, settings, plant, traces }: HistoryOptions): Promise<HistoryResult> {
  const machine = newMachine(seed);
  installClock(machine.clock);
  const { disk, clock, random } = machine;
  if (plant === 'no-directory-sync') disk.ignoresDirectorySync = true;
  for (const path of ['/glpi', '/vault']) disk.setName(path, disk.newInode('directory', 0o755));
  disk.sync(disk.root);
  const database = new SimulatedDatabase(clock, random.pick(['10.0.17', '11.0.6']));
  machine.database = database;
  const glpi = new SimulatedGlpi({ disk, clock, random, database });
  database.otherSessions = () => (glpi.rotation === null ? 0 : 1);
  const log: string[] = [];
  const say = (line: string) => log.push(`${String(Math.floor(clock.now)).padStart(9)} ${line}`);
  const promises = new Promises(machine, glpi, database, traces === true ? (line) => say(`    ${line}`) : () => {});
  const world: World = { machine, settings, glpi, database, promises, keepers: [], log, copies: [], processes: 0 };
  glpi.start();
  syncAll(world);
  start(world, 'init');
  await clock.runUntil(() => false, 30_000);
  for (let step = 0; step < steps && promises.broken.length === 0; step += 1) {
    const { name, happen } = draw(world);
    note(world, name);
    happen(world);
    promises.noteLive();
    await clock.runUntil(() => false, random.pick(PAUSES));
    look(world, name);
  }
  if (promises.broken.length === 0) await calmDown(world);
  const broken = promises.broken.map(({ promise, message }) => ({ promise, message }));
  return { seed, steps, broken, log: world.log };
}

/** Faults end, everybody rests, an init runs: the right key is live, and soon another init changes nothing. */
async function calmDown(world: World): Promise<void> {
  const { database, promises, keepers, glpi } = world;
  database.up = true;
  glpi.killRotation();
  for (const { process } of keepers) process.dead = true;
  await runInit(world);
  look(world, 'the first init of a quiet time');
  promises.checkHealed();
  // What a restored file lacks in the vault, the second captures; the third finds nothing left to do.
  const changed = async () => {
    const before = traces(world);
    await runInit(world);
    return traces(world) !== before;
  };
  if ((await changed()) && (await changed())) {
    promises.break('idempotent', 'a third init of a quiet time changed something');
  }
}

/** Tells a world that a keeper changed from the one before. */
function traces({ machine, promises }: World): string {
  return `${promises.touched} ${machine.disk.look('/vault/glpi/generations')?.entries.size}`;
}

async function runInit(world: World): Promise<void> {
  start(world, 'init');
  const running = world.keepers.at(-1);
  await world.machine.clock.runUntil(() => running?.end !== null, 600_000);
  if (running?.end === null) world.promises.break('no-defect', 'an init does not end');
}

function look(world: World, moment: string): void {
  const { promises, keepers } = world;
  promises.checkVault(moment);
  for (const each of keepers) {
    if (each.end === null) continue;
    if (each.end.defect !== null)
      promises.break('no-defect', String((each.end.defect as Error)?.stack ?? each.end.defect));
    if (each.end.held !== null) {
      const { decision, result } = each.end.held;
      const { verdict } = result.after.judgement;
      note(world, `  ${each.process.name}: ${verdict}, gate ${decision.gate} (${decision.exitCode})`);
    }
  }
  world.keepers.splice(0, world.keepers.length, ...keepers.filter(({ end, process }) => end === null && !process.dead));
}

function note({ log, machine }: World, line: string): void {
  log.push(`${String(Math.floor(machine.clock.now)).padStart(9)} ${line}`);
}

function draw({ machine }: World): Happening {
  let left = machine.random.below(TOTAL);
  for (const each of HAPPENINGS) {
    left -= each.weight;
    if (left < 0) return each;
  }
  throw new BrokenPromise('no-defect', 'nothing was drawn');
}

function start(world: World, kind: RunningKeeper['kind']): void {
  const { machine, settings, promises, keepers } = world;
  world.processes += 1;
  const process: SimulatedProcess = {
    name: `${kind} ${world.processes}`,
    namespace: 100 + world.processes,
    dead: false,
    callsLeft: null,
    fault: null,
  };
  const running = startKeeper(kind, process, {
    machine,
    settings,
    onKept: () => promises.seeKept(),
    onGate: (by, { decision }) => decision.gate === 'open' && promises.checkGate(by),
  });
  keepers.push(running);
}

function save({ glpi, database, machine }: World): void {
  if (database.rows.length === 0 || !database.up) return;
  const row = machine.random.pick(database.rows);
  glpi.save(row, `secret typed at ${Math.floor(machine.clock.now)}`);
}

function restoreDatabase({ database, copies, machine, glpi }: World): void {
  if (copies.length === 0) return;
  glpi.killRotation();
  database.outsideChanges += 1;
  database.rows = machine.random.pick(copies).rows.map((row) => ({ ...row }));
}

function kill({ keepers }: World): void {
  const one = alive(keepers);
  if (one !== null) one.process.dead = true;
}

function cutPower(world: World): void {
  const { machine, keepers, glpi } = world;
  for (const { process } of keepers) process.dead = true;
  glpi.killRotation();
  machine.disk.cutPower();
}

function alive(keepers: readonly RunningKeeper[]): RunningKeeper | null {
  return keepers.find(({ end, process }) => end === null && !process.dead) ?? null;
}

function hasConfig({ disk }: Machine): boolean {
  return disk.look(CONFIG) !== undefined;
}

function syncAll({ machine }: World): void {
  const walk = (inode: NonNullable<ReturnType<typeof machine.disk.find>>) => {
    inode.sync();
    for (const child of inode.entries.values()) walk(child);
  };
  walk(machine.disk.root);
}
