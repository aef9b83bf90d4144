import { join } from 'node:path';
import type { Settings } from '../config/settings.ts';
import type { Environment } from '../config/source.ts';
import { absolutePath } from '../core/brand.ts';
import type { Receipt } from '../core/receipt.ts';
import { readGuarded } from '../files/read-file.ts';
import type { Platform } from '../platform/platform.ts';
import type { CheckFacts } from './check-facts.ts';
import { readCheckFacts } from './check-facts.ts';
import type { VaultOpener } from './look-at-vault.ts';
import { monotonic } from './monotonic.ts';
import { NETWORK } from './network-port.ts';
import { receiptBookOf } from './receipt-book.ts';
import { type RefreshResult, refreshGlpi } from './refresh-glpi.ts';
import { type CheckEvent, RegistrationCheck } from './registration-check.ts';

export interface OpenCheckOptions {
  readonly settings: Settings;
  readonly environment: Environment;
  readonly openVault: VaultOpener;
  readonly platform: Platform;
  readonly onEvent: (event: CheckEvent) => void;
}

/**
 * The check of the registration key as `watch` runs it; null where `KEYKEEPER_REGISTRATION_VALIDATE` is off, so that
 * nothing ever leaves.
 */
export function openCheck(options: OpenCheckOptions): RegistrationCheck | null {
  const { settings, environment, openVault, platform, onEvent } = options;
  if (settings.registrationValidate === 'off') return null;
  return new RegistrationCheck({
    settings,
    environment,
    book: receiptBookOf(openVault),
    network: NETWORK,
    readFacts: readCheckFacts,
    refresh: (facts, receipt, signal) => refresh(settings, platform, facts, receipt, signal),
    now: () => Date.now(),
    monotonic,
    random: () => Math.random(),
    onEvent,
  });
}

async function refresh(
  settings: Settings,
  platform: Platform,
  { key, version }: CheckFacts,
  receipt: Receipt,
  signal: AbortSignal,
): Promise<RefreshResult> {
  const { owner, preset, varDir, configDir } = settings;
  const { uid, gid } = owner.kind === 'fixed' ? owner : preset;
  const cacheFile = readGuarded(absolutePath(join(configDir, 'cache.php')));
  const verdict = receipt.answer?.verdict ?? null;
  return await refreshGlpi({
    platform,
    root: preset.glpiRoot,
    user: uid === null || gid === null ? null : `${uid}:${gid}`,
    varDir,
    cacheConfig: cacheFile.kind === 'regular' ? cacheFile.content.reveal().toString('utf8') : null,
    version,
    keys: [key],
    answer: verdict === null || verdict === 'valid' ? verdict : 'invalid',
    signal,
  });
}
