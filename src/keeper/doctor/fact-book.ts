import type { Platform } from '../../platform/platform.ts';
import type { VaultOpener } from '../look-at-vault.ts';
import type { NetworkPort } from '../network-port.ts';
import type { DoctorOrder } from './doctor-order.ts';
import { lookAtAccess } from './facts/look-at-access.ts';
import { lookAtClocks } from './facts/look-at-clocks.ts';
import { lookAtContainers } from './facts/look-at-containers.ts';
import { lookAtInstance } from './facts/look-at-instance.ts';
import { lookAtNetwork } from './facts/look-at-network.ts';
import { lookAtPhp } from './facts/look-at-php.ts';
import { lookAtPlaces } from './facts/look-at-places.ts';
import { lookAtSurroundings } from './facts/look-at-surroundings.ts';
import type { Fact, FactName, KnownFacts } from './known-facts.ts';
import { within } from './within.ts';

export interface FactSources {
  readonly order: DoctorOrder;
  readonly openVault: VaultOpener;
  readonly platform: Platform;
  readonly network: NetworkPort;
}

export interface FactBook {
  /** Gathered at the first call, the same for every further one. Rejects with the reason of the order's signal alone. */
  get<Name extends FactName>(name: Name): Promise<Fact<KnownFacts[Name]>>;
  /** What is being waited for. */
  waiting(): FactName[];
}

/** How long each may take, in ms, beyond those that it rests on. The instance has limits of its own inside. */
const LIMITS: Readonly<Record<FactName, number>> = {
  settings: 1_000,
  surroundings: 2_000,
  places: 5_000,
  instance: 25_000,
  access: 2_000,
  platform: 9_000,
  containers: 9_000,
  php: 10_000,
  network: 10_000,
  clocks: 7_000,
};

/** Facts side by side: each as soon as those that it rests on are there, none longer than its limit. */
export function factBook(sources: FactSources): FactBook {
  const { order, openVault, platform, network } = sources;
  const { signal, settings } = order;
  const started = new Map<FactName, Promise<Fact<KnownFacts[FactName]>>>();
  const waiting = new Set<FactName>();

  const gatherers: { readonly [Name in FactName]: () => Promise<Fact<KnownFacts[Name]>> } = {
    settings: () => limited('settings', async () => order.loaded),
    surroundings: () => limited('surroundings', async () => lookAtSurroundings(order.environment)),
    places: () =>
      from('surroundings', (surroundings) => limited('places', async () => lookAtPlaces(settings, surroundings))),
    instance: () =>
      from('places', (places) =>
        limited('instance', (over) => lookAtInstance({ ...order, signal: over }, openVault, places)),
      ),
    access: () => from('instance', (instance) => limited('access', async () => lookAtAccess(settings, instance))),
    platform: () => limited('platform', (over) => platform.observe(over)),
    containers: () => limited('containers', (over) => lookAtContainers(platform, over)),
    php: () => limited('php', (over) => lookAtPhp(settings, platform, over)),
    network: () =>
      from('instance', (instance) => limited('network', (over) => lookAtNetwork(order, instance, network, over))),
    clocks: () =>
      from('instance', async (instance) => {
        const [containers, reached] = await Promise.all([get('containers'), get('network')]);
        const clockSources = { instance, containers: inHand(containers), network: inHand(reached) };
        return await limited('clocks', (over) => lookAtClocks(order, clockSources, over));
      }),
  };

  async function limited<T>(name: FactName, gather: (over: AbortSignal) => Promise<T>): Promise<Fact<T>> {
    try {
      const found = await within(LIMITS[name], signal, gather);
      if (found.kind === 'in-time') return { kind: 'known', value: found.value };
      return { kind: 'unknown', why: `${name} did not come within ${LIMITS[name] / 1000} s` };
    } catch (error) {
      signal.throwIfAborted();
      return { kind: 'unknown', why: error instanceof Error ? error.message : String(error) };
    }
  }

  async function from<Name extends FactName, T>(
    name: Name,
    gather: (value: KnownFacts[Name]) => Promise<Fact<T>>,
  ): Promise<Fact<T>> {
    const fact = await get(name);
    return fact.kind === 'known' ? await gather(fact.value) : fact;
  }

  function get<Name extends FactName>(name: Name): Promise<Fact<KnownFacts[Name]>> {
    const found = started.get(name);
    // What stands under a name was made by the gatherer of that name.
    if (found !== undefined) return found as Promise<Fact<KnownFacts[Name]>>;
    waiting.add(name);
    const gathering = gatherers[name]().finally(() => waiting.delete(name));
    started.set(name, gathering);
    return gathering;
  }

  return { get, waiting: () => [...waiting] };
}

function inHand<T>(fact: Fact<T>): T | null {
  return fact.kind === 'known' ? fact.value : null;
}
