import {
  appendFileSync,
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { watchDirectory } from '../../../src/files/watch-directory.ts';
import { Hints } from './hints.ts';
import { TemporaryDirectory } from './temporary-directory.ts';

/** Of this process, by the kernel's own list (proc_pid_fdinfo(5)). */
function watchedInodes(): number[] {
  const texts = readdirSync('/proc/self/fdinfo').map((name) => readIfThere(`/proc/self/fdinfo/${name}`));
  return texts.flatMap((text) =>
    [...text.matchAll(/^inotify .*\bino:([0-9a-f]+)/gm)].map(([, ino = '']) => Number.parseInt(ino, 16)),
  );
}

/** The descriptor that lists the directory is in the list. */
function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

const NAMES = ['glpicrypt.key', 'config_db.php'];
/** No look ever comes: every hint is an event's. */
const EVENTS_ONLY = { pollInterval: 3_600_000 };
/** No event ever comes: every hint is a look's. */
const LOOKS_ONLY = { events: false, fastPollInterval: 20 };

describe.each([
  ['events', EVENTS_ONLY],
  ['polling', LOOKS_ONLY],
] as const)('watchDirectory by %s', (mode, options) => {
  it('tells a file that is created, changed, truncated, re-moded, replaced by rename, and deleted', async () => {
    using directory = new TemporaryDirectory();
    const hints = new Hints();
    const key = directory.at('glpicrypt.key');
    await using watch = await watchDirectory(directory.path, NAMES, hints.listener, options);

    await hints.after(() => writeFileSync(key, 'one'), 'glpicrypt.key');
    await hints.after(() => appendFileSync(key, 'more'), 'glpicrypt.key');
    await hints.after(() => truncateSync(key, 0), 'glpicrypt.key');
    await hints.after(() => chmodSync(key, 0), 'glpicrypt.key');
    writeFileSync(directory.at('other'), 'two');
    await hints.after(() => renameSync(directory.at('other'), key), 'glpicrypt.key');
    await hints.after(() => unlinkSync(key), 'glpicrypt.key');

    expect(hints.names()).toEqual(['glpicrypt.key']);
    expect([watch.mode, watch.reason === '']).toEqual([mode, mode === 'events']);
  });

  it('follows a directory that is deleted and created again, at once or later, or moved away', async () => {
    using directory = new TemporaryDirectory();
    const hints = new Hints();
    const config = directory.at('config');
    const write = () => writeFileSync(directory.at('config', 'glpicrypt.key'), `${Math.random()}`);
    const create = () => {
      mkdirSync(config);
      write();
    };
    create();
    await using _watch = await watchDirectory(config, NAMES, hints.listener, options);

    for (let round = 0; round < 3; round++) {
      await hints.after(() => rmSync(config, { recursive: true }), 'glpicrypt.key');
      await sleep(20 * round);
      await hints.after(create, 'glpicrypt.key');
      await hints.after(write, 'glpicrypt.key');
    }
    await hints.after(() => {
      renameSync(config, directory.at('old'));
      create();
    }, 'glpicrypt.key');
    await sleep(50);
    await hints.after(write, 'glpicrypt.key');

    // A directory that is another one may be told as that once more, however late.
    expect([null, 'glpicrypt.key']).toEqual(expect.arrayContaining(hints.names()));
  });

  it('follows a directory that is away for less than a moment, time and again', async () => {
    using directory = new TemporaryDirectory();
    const hints = new Hints();
    const config = directory.at('config');
    const write = () => writeFileSync(directory.at('config', 'glpicrypt.key'), `${Math.random()}`);
    mkdirSync(config);
    await using watch = await watchDirectory(config, NAMES, hints.listener, options);

    for (let round = 0; round < 10; round++) {
      await hints.after(() => {
        rmSync(config, { recursive: true });
        mkdirSync(config);
        write();
      }, 'glpicrypt.key');
      // In the middle of what the exchange has it do, and when that is done.
      await sleep(10 * (round % 3));
      await hints.after(write, 'glpicrypt.key');
    }

    expect(watch.mode).toBe(mode);
  });

  it('waits for a directory whose parent is absent too', async () => {
    using directory = new TemporaryDirectory();
    const hints = new Hints();
    const config = directory.at('glpi', 'config');
    await using _watch = await watchDirectory(config, NAMES, hints.listener, options);

    await hints.after(() => {
      mkdirSync(config, { recursive: true });
      writeFileSync(directory.at('glpi', 'config', 'config_db.php'), '<?php');
    }, 'config_db.php');
    await sleep(50);
    await hints.after(() => unlinkSync(directory.at('glpi', 'config', 'config_db.php')), 'config_db.php');

    expect(hints.names()).toEqual(['config_db.php']);
  });

  it('is silent about other files, in the directory and beside it', async () => {
    using directory = new TemporaryDirectory();
    const hints = new Hints();
    const config = directory.at('config');
    mkdirSync(config);
    await using _watch = await watchDirectory(config, NAMES, hints.listener, options);

    for (let file = 0; file < 100; file++) writeFileSync(directory.at('config', `upload-${file}`), 'x');
    writeFileSync(directory.at('config', '.keykeeper-1-1-0123456789abcdef.tmp'), 'x');
    writeFileSync(directory.at('glpicrypt.key'), 'in the parent');
    await hints.after(() => writeFileSync(directory.at('config', 'glpicrypt.key'), 'x'), 'glpicrypt.key');

    expect(hints.names()).toEqual(['glpicrypt.key']);
  });

  it('tells nothing after its disposal, and leaves no descriptor', async () => {
    using directory = new TemporaryDirectory();
    const hints = new Hints();
    // Loading chokidar opens nothing that stays, but the first inotify descriptor stays with the event loop.
    await (await watchDirectory(directory.path, NAMES, hints.listener, options))[Symbol.asyncDispose]();
    const descriptors = readdirSync('/proc/self/fd').length;

    const watch = await watchDirectory(directory.path, NAMES, hints.listener, options);
    writeFileSync(directory.at('glpicrypt.key'), 'x');
    await watch[Symbol.asyncDispose]();
    writeFileSync(directory.at('glpicrypt.key'), 'y');
    await sleep(60);

    expect(hints.count).toBe(0);
    expect(readdirSync('/proc/self/fd').length).toBe(descriptors);
    expect(process.getActiveResourcesInfo().filter((kind) => kind === 'FSEventWrap')).toEqual([]);
  });
});

describe('watchDirectory', () => {
  it('tells a burst of changes as a few hints', async () => {
    using directory = new TemporaryDirectory();
    const hints = new Hints();
    const key = directory.at('glpicrypt.key');
    await using _watch = await watchDirectory(directory.path, NAMES, hints.listener, EVENTS_ONLY);

    await hints.after(() => {
      for (let change = 0; change < 5_000; change++) writeFileSync(key, `${change}`);
    }, 'glpicrypt.key');
    while (process.getActiveResourcesInfo().includes('Immediate')) await turn();

    expect(hints.count).toBeLessThan(100);
  });

  it('asks for events anew where a look finds what none told, since a directory far above was exchanged', async () => {
    using directory = new TemporaryDirectory();
    const hints = new Hints();
    const config = directory.at('far', 'above', 'config');
    const write = () => writeFileSync(directory.at('far', 'above', 'config', 'glpicrypt.key'), `${Math.random()}`);
    mkdirSync(config, { recursive: true });
    await using _watch = await watchDirectory(config, NAMES, hints.listener, { pollInterval: 20 });

    renameSync(directory.at('far'), directory.at('gone'));
    mkdirSync(config, { recursive: true });
    await hints.after(write, 'glpicrypt.key');

    await expect.poll(watchedInodes, { timeout: 20_000 }).toContain(statSync(config).ino);
  });

  it('finds by its slow look what events do not tell: a change made through a name in another directory', async () => {
    using directory = new TemporaryDirectory();
    const hints = new Hints();
    mkdirSync(directory.at('config'));
    writeFileSync(directory.at('config', 'glpicrypt.key'), 'x');
    linkSync(directory.at('config', 'glpicrypt.key'), directory.at('alias'));
    await using watch = await watchDirectory(directory.at('config'), NAMES, hints.listener, { pollInterval: 20 });

    await hints.after(() => writeFileSync(directory.at('alias'), 'changed'), 'glpicrypt.key');

    expect([watch.mode, hints.names()]).toEqual(['events', ['glpicrypt.key']]);
  });
});
