import type { Settings } from '../config/settings.ts';
import type { Environment } from '../config/source.ts';
import { readCheckFacts } from './check-facts.ts';
import type { VaultOpener } from './look-at-vault.ts';
import { monotonic } from './monotonic.ts';
import { NETWORK } from './network-port.ts';
import { receiptBookOf } from './receipt-book.ts';
import { type CheckEvent, RegistrationCheck } from './registration-check.ts';

export interface OpenCheckOptions {
  readonly settings: Settings;
  readonly environment: Environment;
  readonly openVault: VaultOpener;
  readonly onEvent: (event: CheckEvent) => void;
}

/**
 * The check of the registration key as `watch` runs it; null where `KEYKEEPER_REGISTRATION_VALIDATE` is off, so that
 * nothing ever leaves.
 */
export function openCheck({ settings, environment, openVault, onEvent }: OpenCheckOptions): RegistrationCheck | null {
  if (settings.registrationValidate === 'off') return null;
  return new RegistrationCheck({
    settings,
    environment,
    book: receiptBookOf(openVault),
    network: NETWORK,
    readFacts: readCheckFacts,
    refresh: null,
    now: () => Date.now(),
    monotonic,
    random: () => Math.random(),
    onEvent,
  });
}
