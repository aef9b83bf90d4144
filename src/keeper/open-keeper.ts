import type { Settings } from '../config/settings.ts';
import type { Observation } from '../core/observation.ts';
import { openPlatform } from '../platform/open-platform.ts';
import type { Platform } from '../platform/platform.ts';
import { Keeper } from './keeper.ts';
import type { VaultOpener } from './look-at-vault.ts';
import { monotonic } from './monotonic.ts';
import { requireLockRights } from './require-lock-rights.ts';
import type { Seed } from './seed-vault.ts';
import { type VaultSource, vaultSource } from './vault-source.ts';

export interface OpenKeeper extends AsyncDisposable {
  readonly keeper: Keeper;
  readonly platform: Platform;
  readonly openVault: VaultOpener;
  readonly followVault: VaultSource['follow'];
}

/**
 * Puts a keeper together from its settings.
 *
 * @param writes false for commands that only look: the vault is not created and takes nothing
 * @throws Failure `conflicting-setting` where the key file is to be locked and this process cannot
 */
export async function openKeeper(
  settings: Settings,
  stage: Observation['stage'],
  writes: boolean,
  environment: NodeJS.ProcessEnv,
): Promise<OpenKeeper> {
  if (writes) requireLockRights(settings.lock);
  const platform = await openPlatform({
    platform: settings.platform,
    instance: settings.instance,
    container: settings.container,
    pod: settings.pod,
    guardedDirectory: settings.configDir,
    environment,
  });
  const { open: openVault, follow: followVault } = vaultSource(settings, writes);
  const seed = writes ? await seedOf(settings) : null;
  const keeper = new Keeper({ settings, openVault, platform, seed, now: () => new Date(), monotonic }, stage);
  return {
    keeper,
    platform,
    openVault,
    followVault,
    [Symbol.asyncDispose]: async () => platform[Symbol.asyncDispose](),
  };
}

async function seedOf(settings: Settings): Promise<Seed | null> {
  if (settings.seed === null) return null;
  const { Seed: Sower } = await import('./seed-vault.ts');
  return new Sower(settings, settings.seed);
}

/** Opens the vault of these settings each time it is called. */
export function vaultOpener(settings: Settings, writes: boolean): VaultOpener {
  return vaultSource(settings, writes).open;
}
