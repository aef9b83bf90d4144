import type { Random } from './machine/random.ts';
import { CONFIG, KEY_PATH, SETTINGS_PATH } from './model/glpi.ts';
import type { RunningKeeper } from './model/keepers.ts';
import { hasConfig, isAlive, start, type World } from './world.ts';

/** Something that happens to a GLPI, its keepers, or the machine that they run on. */
export interface Happening {
  readonly name: string;
  readonly weight: number;
  readonly happen: (world: World, random: Random) => void;
}

/** Longer than a lease lives without a beat, in ms. */
const LONGEST_STALL = 8_000;
const VERSIONS = ['9.5.13', '10.0.17', '11.0.6'];

export const HAPPENINGS: readonly Happening[] = [
  { name: 'GLPI is started', weight: 6, happen: ({ glpi, platform }) => begin(glpi, platform, 'started') },
  { name: 'GLPI is stopped', weight: 4, happen: (world) => stopGlpi(world) },
  { name: 'the container is made anew', weight: 4, happen: (world) => makeAnew(world) },
  { name: 'GLPI is updated', weight: 2, happen: (world) => update(world) },
  {
    name: 'the engine falls silent',
    weight: 2,

    happen: ({ platform }) => setSilent(platform, true),
  },
  {
    name: 'the engine answers again',
    weight: 3,

    happen: ({ platform }) => setSilent(platform, false),
  },
  { name: 'an init runs', weight: 14, happen: (world) => void start(world, 'init') },
  {
    name: 'two inits run',
    weight: 4,

    happen: (world) => {
      start(world, 'init');
      start(world, 'init');
    },
  },
  {
    name: 'a watch is started',
    weight: 8,

    happen: (world, random) => void start(world, 'watch', random.chance(30)),
  },
  { name: 'a rescue is asked for', weight: 4, happen: (world) => void start(world, 'rescue') },
  { name: 'a rotation is asked for', weight: 3, happen: (world) => void start(world, 'rotate') },
  { name: 'a secret is saved', weight: 10, happen: (world, random) => save(world, random) },
  { name: 'a form is saved unchanged', weight: 5, happen: (world, random) => saveUnchanged(world, random) },
  { name: 'a registration key is entered', weight: 5, happen: (world) => register(world) },
  { name: 'the registration key is cleared', weight: 5, happen: (world) => clearRegistration(world) },
  { name: 'the registration row is lost', weight: 3, happen: (world, random) => loseRegistration(world, random) },
  { name: 'GLPI rotates its key', weight: 6, happen: ({ glpi, platform }) => platform.running && glpi.rotate() },
  {
    name: 'GLPI rotates its key, and an init runs meanwhile',
    weight: 5,
    happen: (world, random) => {
      if (world.platform.running) world.glpi.rotate();
      world.machine.clock.later(random.below(150), () => start(world, 'init'));
    },
  },
  { name: 'the rotation is killed', weight: 3, happen: ({ glpi }) => glpi.killRotation() },
  { name: 'the config volume is lost', weight: 5, happen: ({ glpi }) => glpi.remove(CONFIG) },
  { name: 'the key file is deleted', weight: 5, happen: ({ glpi }) => glpi.remove(KEY_PATH) },
  { name: 'config_db.php is deleted', weight: 3, happen: ({ glpi }) => glpi.remove(SETTINGS_PATH) },
  {
    name: 'the key file is cut short',
    weight: 3,
    happen: ({ glpi }, random) => glpi.key !== null && glpi.put(KEY_PATH, glpi.key.subarray(0, random.below(32))),
  },
  {
    name: 'an editor adds a newline to the key file',
    weight: 2,
    happen: ({ glpi }) => glpi.key !== null && glpi.put(KEY_PATH, Buffer.concat([glpi.key, Buffer.from('\n')])),
  },
  {
    name: 'another key is put in its place',
    weight: 3,
    happen: (world, random) => hasConfig(world) && world.glpi.put(KEY_PATH, random.bytes(32)),
  },
  {
    name: 'another key is put in its place, as hex',
    weight: 2,
    happen: (world, random) =>
      hasConfig(world) && world.glpi.put(KEY_PATH, Buffer.from(random.bytes(32).toString('hex'))),
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
    happen: (world, random) =>
      hasConfig(world) && world.copies.length > 0 && world.glpi.put(KEY_PATH, random.pick(world.copies).key),
  },
  { name: 'an old database is copied back', weight: 3, happen: (world, random) => restoreDatabase(world, random) },
  { name: 'the database goes away', weight: 3, happen: ({ database }) => setUp(database, false) },
  { name: 'the database comes back', weight: 6, happen: ({ database }) => setUp(database, true) },
  {
    name: 'a keeper is killed',
    weight: 5,

    happen: (world, random) => one(world, random, (keeper) => kill(keeper)),
  },
  {
    name: 'a keeper will be killed at a system call',
    weight: 8,

    happen: (world, random) => one(world, random, (keeper) => killAtCall(keeper, random.below(400))),
  },
  {
    name: 'a keeper stalls',
    weight: 4,

    happen: (world, random) =>
      one(world, random, ({ process }) => {
        process.stalledUntil = world.machine.clock.now + random.below(LONGEST_STALL);
      }),
  },
  {
    name: 'a system call will fail',
    weight: 5,

    happen: (world, random) =>
      one(world, random, ({ process }) => {
        const call = random.pick([
          'open',
          'write',
          'fsync',
          'link',
          'rename',
          'read',
          'lstat',
          'readdir',
          'mkdir',
          'unlink',
        ]);
        process.fault = { call, code: random.pick(['EIO', 'ENOSPC', 'EPERM', 'EACCES', 'EROFS']) };
      }),
  },
  { name: 'the power is cut', weight: 4, happen: (world) => cutPower(world) },
  {
    name: 'the wall clock jumps',
    weight: 2,

    happen: ({ machine }, random) => {
      machine.clock.skew += (random.below(2001) - 1000) * 60_000;
    },
  },
  {
    name: 'somebody asks a watch to look',
    weight: 4,

    happen: ({ keepers }) => {
      for (const each of keepers) each.ask();
    },
  },
];

function setSilent(platform: World['platform'], silent: boolean): void {
  platform.silent = silent;
}

function setUp(database: World['database'], up: boolean): void {
  database.up = up;
}

function kill({ process }: RunningKeeper): void {
  process.dead = true;
}

function killAtCall({ process }: RunningKeeper, calls: number): void {
  process.callsLeft = calls;
}

function begin(glpi: World['glpi'], platform: World['platform'], life: 'started' | 're-created'): void {
  platform.change(life);
  glpi.start();
}

function stopGlpi({ glpi, platform }: World): void {
  glpi.killRotation();
  platform.change('stopped');
}

function makeAnew({ glpi, platform, inContainer }: World): void {
  glpi.killRotation();
  if (inContainer) glpi.remove(CONFIG);
  begin(glpi, platform, 're-created');
}

/** A container of the next release; its database follows. */
function update(world: World): void {
  const { database } = world;
  const next = VERSIONS[VERSIONS.indexOf(database.version) + 1];
  makeAnew(world);
  if (next === undefined) return;
  database.outsideChanges += 1;
  database.version = next;
}

function save({ glpi, database, machine, platform }: World, random: Random): void {
  const others = database.rows.filter((row) => row !== database.registration);
  if (others.length === 0 || !database.up || !platform.running) return;
  glpi.save(random.pick(others), `secret typed at ${Math.floor(machine.clock.now)}`);
}

function saveUnchanged({ glpi, database, platform }: World, random: Random): void {
  if (database.rows.length > 0 && database.up && platform.running) glpi.saveUnchanged(random.pick(database.rows));
}

function register({ glpi, database, machine, platform }: World): void {
  if (database.rows.length > 0 && database.up && platform.running) {
    glpi.register(`typed at ${Math.floor(machine.clock.now)}`);
  }
}

function clearRegistration({ database, platform }: World): void {
  const { registration } = database;
  if (registration === undefined || !database.up || !platform.running) return;
  database.outsideChanges += 1;
  registration.value = '';
}

function loseRegistration({ database }: World, random: Random): void {
  const { registration } = database;
  if (registration === undefined || !database.up) return;
  database.outsideChanges += 1;
  if (random.chance(50)) registration.value = null;
  else database.rows.splice(database.rows.indexOf(registration), 1);
  if (random.chance(30)) database.networkUid = null;
}

function restoreDatabase({ database, copies, glpi }: World, random: Random): void {
  if (copies.length === 0) return;
  glpi.killRotation();
  database.outsideChanges += 1;
  database.rows = random.pick(copies).rows.map((row) => ({ ...row }));
}

function one({ keepers }: World, random: Random, happen: (keeper: RunningKeeper) => void): void {
  const alive = keepers.filter(isAlive);
  if (alive.length > 0) happen(random.pick(alive));
}

function cutPower({ machine, keepers, glpi, promises }: World): void {
  for (const { process } of keepers) process.dead = true;
  glpi.killRotation();
  machine.disk.cutPower();
  promises.checkPlaced();
}
