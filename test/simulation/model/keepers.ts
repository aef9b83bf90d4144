import { loadSettings } from '../../../src/config/load-settings.ts';
import type { Settings } from '../../../src/config/settings.ts';
import { Failure } from '../../../src/core/failure.ts';
import { type Held, holdGate } from '../../../src/keeper/hold-gate.ts';
import { Keeper } from '../../../src/keeper/keeper.ts';
import { noPlatform } from '../../../src/platform/none.ts';
import { vaultMemory } from '../../../src/vault/directory/file-memory.ts';
import { openDirectoryVault } from '../../../src/vault/directory/open-directory-vault.ts';
import { systemError } from '../disk/system-error.ts';
import type { Machine } from '../machine/machine.ts';
import { Killed, runAs, type SimulatedProcess } from '../machine/process.ts';
import { CONFIG } from './glpi.ts';

/** How often a watch looks, in ms, where no event wakes it. */
const INTERVAL = 60_000;

/** What ended, and how. */
export interface KeeperEnd {
  readonly process: SimulatedProcess;
  /** What an init ended with; null for everybody else. */
  readonly held: Held | null;
  /** An error that is no `Failure`: nobody's plan. */
  readonly defect: unknown;
}

export interface RunningKeeper {
  readonly process: SimulatedProcess;
  readonly kind: 'init' | 'watch';
  /** Null while it runs. */
  end: KeeperEnd | null;
  /** A file event: the watch looks at once. */
  wake(): void;
  stop(): void;
}

export interface Keepers {
  readonly machine: Machine;
  readonly settings: Settings;
  /** Called when a vault has acknowledged a generation. */
  readonly onKept: () => void;
  /** Called at the very moment at which a gate is decided. */
  readonly onGate: (process: SimulatedProcess, held: Held) => void;
}

/** The settings of a keeper that nobody configured, but for the places and times of the simulated machine. */
export async function simulatedSettings(): Promise<Settings> {
  const environment = {
    KEYKEEPER_CONFIG_DIR: CONFIG,
    KEYKEEPER_PRESET: 'official',
    KEYKEEPER_OWNER: '33:33',
    KEYKEEPER_PLATFORM: 'none',
    KEYKEEPER_HTTP: 'off',
    KEYKEEPER_REGISTRATION_VALIDATE: 'off',
    KEYKEEPER_DATABASE_WAIT: '20s',
    KEYKEEPER_SETTLE: '10s',
    KEYKEEPER_INTERVAL: `${INTERVAL}ms`,
  };
  const noFile = () => {
    throw systemError('ENOENT', 'open');
  };
  return (await loadSettings({ flags: {}, environment, configFile: null, readFile: noFile })).settings;
}

/** Starts a keeper as a process of its own: the product's keeper and vault, on the simulated machine. */
export function startKeeper(
  kind: 'init' | 'watch',
  process: SimulatedProcess,
  { machine, settings, onKept, onGate }: Keepers,
) {
  const stop = new AbortController();
  let wake = () => {};
  const running: RunningKeeper = {
    process,
    kind,
    end: null,
    wake: () => wake(),
    stop: () => stop.abort(new Error('stopped')),
  };
  const memory = vaultMemory();
  const openVault = async () => {
    const vault = await openDirectoryVault(settings.vault, {
      instance: settings.instance,
      recipients: [],
      identity: null,
      glpiDirectories: [settings.configDir],
      create: true,
      memory,
      mounts: [],
    });
    const add = vault.add.bind(vault);
    vault.add = async (draft) => {
      const added = await add(draft);
      onKept();
      return added;
    };
    return vault;
  };
  const run = async () => {
    const clock = { now: () => new Date(), monotonic: () => machine.clock.now };
    const keeper = new Keeper(
      { settings, openVault, platform: noPlatform(), ...clock },
      kind === 'init' ? 'gate' : 'guard',
    );
    if (kind === 'init') {
      const held = await holdGate(
        keeper,
        stop.signal,
        {},
        () => machine.clock.now,
        () => {},
      );
      onGate(process, held);
      return held;
    }
    while (!stop.signal.aborted) {
      await keeper.reconcile(stop.signal);
      const woken = new AbortController();
      wake = () => woken.abort();
      await machine.clock.wait(INTERVAL, AbortSignal.any([stop.signal, woken.signal])).catch(() => undefined);
      if (woken.signal.aborted) await keeper.putBackAtOnce(stop.signal);
    }
    return null;
  };
  const finish = (held: KeeperEnd['held'], defect: unknown) => {
    running.end = { process, held, defect };
  };
  runAs(process, () => {
    run().then(
      (held) => finish(held, null),
      (error: unknown) => finish(null, isExpected(error, process, stop.signal) ? null : error),
    );
  });
  return running;
}

function isExpected(error: unknown, process: SimulatedProcess, stopped: AbortSignal): boolean {
  if (process.dead || error instanceof Killed || error instanceof Failure) return true;
  return stopped.aborted;
}
