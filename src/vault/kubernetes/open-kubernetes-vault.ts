import type { Secret } from '../../core/secret.ts';
import { type ApiTimings, openApiClient } from '../../kubernetes/api-client.ts';
import { openConnection } from '../../kubernetes/open-connection.ts';
import { createEnvelope } from '../age-envelope.ts';
import { type LeaseClock, systemClock } from '../lease-clock.ts';
import type { RetentionLimits } from '../retention.ts';
import type { Vault } from '../vault.ts';
import { KubernetesVault } from './kubernetes-vault.ts';
import { type SecretSession, secretSession } from './secret-session.ts';

export interface KubernetesVaultSettings {
  /** Letters, digits, `.`, `_` and `-`. */
  readonly instance: string;
  /** As for a directory. */
  readonly recipients: readonly string[];
  readonly identity: Secret<string> | null;
  /** Makes the Secret where there is none and allows writing; false: looks only and touches nothing. */
  readonly create: boolean;
  readonly retention?: RetentionLimits;
  readonly clock?: LeaseClock;
  readonly now?: () => Date;
}

/**
 * A reconcile that waits for the API server holds up the next one, though not what is put back from memory: so a question
 * is given up after about twelve seconds at the worst.
 */
export const VAULT_TIMINGS: ApiTimings = {
  timeout: 4000,
  attempts: 3,
  backoff: { first: 200, longest: 1000 },
  longestRetryAfter: 5000,
};

/** Finds the cluster; asks it nothing yet. @throws Failure 'kubernetes-not-configured' */
export async function connectToSecret(url: URL): Promise<SecretSession> {
  return secretSession(url, openApiClient(await openConnection(), VAULT_TIMINGS));
}

/** @throws Failure `invalid-setting` where an age recipient or identity is none */
export async function openKubernetesVault(session: SecretSession, settings: KubernetesVaultSettings): Promise<Vault> {
  const envelope = createEnvelope(settings.recipients, settings.identity);
  if (settings.create) await envelope.check();
  return new KubernetesVault(session, {
    instance: settings.instance,
    envelope,
    create: settings.create,
    retention: settings.retention ?? {},
    clock: settings.clock ?? systemClock,
    now: settings.now ?? (() => new Date()),
  });
}
