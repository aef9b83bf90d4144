import { loadSettings } from '../../../src/config/load-settings.ts';
import type { Settings } from '../../../src/config/settings.ts';
import { Failure } from '../../../src/core/failure.ts';
import { type Held, holdGate } from '../../../src/keeper/hold-gate.ts';
import { Keeper } from '../../../src/keeper/keeper.ts';
import { newRotation } from '../../../src/keeper/new-rotation.ts';
import type { Reconciliation } from '../../../src/keeper/reconcile.ts';
import { Watch } from '../../../src/keeper/watch.ts';
import { vaultMemory } from '../../../src/vault/directory/file-memory.ts';
import { openDirectoryVault } from '../../../src/vault/directory/open-directory-vault.ts';
import { systemError } from '../disk/system-error.ts';
import type { Machine } from '../machine/machine.ts';
import { Killed, runAs, type SimulatedProcess } from '../machine/process.ts';
import { CONFIG } from './glpi.ts';
import type { SimulatedPlatform } from './platform.ts';

/** How often a watch looks, in ms, where no event wakes it. */
export const INTERVAL = 60_000;
/** So often a rotation looks whether anything came late. */
const ROTATION_PASSES = 3;

/** What ended, and how. */
export interface KeeperEnd {
  /** What an init ended with; null for everybody else. */
  readonly held: Held | null;
  /** An error that is no `Failure`: nobody's plan. */
  readonly defect: unknown;
}

export interface RunningKeeper {
  readonly process: SimulatedProcess;
  /** Null while it runs. */
  end: KeeperEnd | null;
  /** Somebody asks for a reconcile: an HTTP call, a signal. */
  ask(): void;
  stop(): void;
}

export interface Keepers {
  readonly machine: Machine;
  readonly settings: Settings;
  readonly platform: SimulatedPlatform;
  /** Called when a vault has acknowledged a generation. */
  readonly onKept: () => void;
  /** Called with all that is told of a pass. */
  readonly onResult: (process: SimulatedProcess, result: Reconciliation) => void;
  /** Called at the very moment at which a gate opens. */
  readonly onOpen: (process: SimulatedProcess) => void;
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

/**
 * Starts a keeper as a process of its own: the product's keeper and vault, on the simulated machine.
 *
 * @param gated a watch that holds GLPI's start until its gate opens
 */
export function startKeeper(process: SimulatedProcess, gated: boolean, world: Keepers): RunningKeeper {
  const { machine, settings, platform, onResult, onOpen } = world;
  const stop = new AbortController();
  const { signal } = stop;
  const running: RunningKeeper = { process, end: null, ask: () => {}, stop: () => stop.abort(new Error('stopped')) };
  const monotonic = () => machine.clock.now;
  const make = (stage: 'gate' | 'guard') => {
    const parts = { settings, openVault: vaultOf(world), platform: platform.open(), now: () => new Date(), monotonic };
    return { keeper: new Keeper(parts, stage), platform: parts.platform };
  };
  const runs = {
    init: async () => {
      const { keeper } = make('gate');
      const held = await holdGate(keeper, signal, {}, monotonic, () => {});
      onResult(process, held.result);
      if (held.decision.gate === 'open') onOpen(process);
      return held;
    },
    watch: async () => {
      const parts = make(gated ? 'gate' : 'guard');
      let held = gated;
      const watch = new Watch({
        ...parts,
        monotonic,
        signal,
        onResult: ({ result }) => {
          onResult(process, result);
          if (held && parts.keeper.stage === 'guard') {
            held = false;
            onOpen(process);
          }
        },
        onError: (error) => {
          if (!isExpected(error, process, signal)) finish(null, error);
        },
      });
      running.ask = () => runAs(process, () => watch.ask('signal'));
      await watch.run();
      return null;
    },
    rescue: async () => {
      const { keeper } = make('guard');
      onResult(
        process,
        await keeper.reconcile(signal, { depth: 'full', asked: { scope: 'rescue' }, reason: 'rescue' }),
      );
      return null;
    },
    rotate: async () => {
      const { keeper } = make('guard');
      const { after } = await keeper.reconcile(signal, { until: 'plan', depth: 'full' });
      if (after.judgement.verdict !== 'sound' || after.judgement.live === null) return null;
      const asked = { scope: 'rotate', rotation: newRotation(after.judgement.live) } as const;
      for (let pass = 0; pass < ROTATION_PASSES; pass += 1) {
        onResult(process, await keeper.reconcile(signal, { depth: 'full', asked, reason: 'rotate' }));
      }
      return null;
    },
  };
  const finish = (held: Held | null, defect: unknown) => {
    running.end ??= { held, defect };
  };
  runAs(process, () => {
    runs[process.kind]().then(
      (held) => finish(held, null),
      (error: unknown) => finish(null, isExpected(error, process, signal) ? null : error),
    );
  });
  return running;
}

function vaultOf({ settings, onKept }: Keepers) {
  const memory = vaultMemory();
  return async () => {
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
}

function isExpected(error: unknown, process: SimulatedProcess, stopped: AbortSignal): boolean {
  if (process.dead || error instanceof Killed || error instanceof Failure) return true;
  return stopped.aborted;
}
