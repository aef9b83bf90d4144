import type { Generation } from '../../core/generation.ts';
import { newestFirst } from '../../core/history.ts';
import type { DatabaseState, Observation, VaultState } from '../../core/observation.ts';
import type { DescribedContainer, PlatformDescription } from '../../platform/platform.ts';
import { type Answer, skipped } from './check.ts';
import type { ContainersFact } from './facts/look-at-containers.ts';
import type { InstanceFact } from './facts/look-at-instance.ts';

/** What several checks look for in the same facts: each calls `use` with it, or answers why it cannot. */

export function observationOf({ result }: InstanceFact): Observation {
  return result.after.pass.observation;
}

export type Answering = Extract<DatabaseState, { kind: 'answers' }>;

export function withDatabase(instance: InstanceFact, use: (database: Answering) => Answer): Answer {
  const { database } = observationOf(instance);
  if (database.kind === 'answers') return use(database);
  if (database.kind === 'none') return skipped('KEYKEEPER_DATABASE is none');
  if (database.kind === 'unconfigured') return skipped('nothing names a database');
  return skipped(instance.late ?? 'the database does not answer');
}

export type ReadyVault = Extract<VaultState, { kind: 'ready' }>;

/** @param use gets the vault with its generations newest first, too */
export function withVault(
  instance: InstanceFact,
  use: (vault: ReadyVault, generations: readonly Generation[]) => Answer,
): Answer {
  const { vault } = observationOf(instance);
  if (vault.kind === 'ready') return use(vault, newestFirst(vault));
  return skipped(
    vault.kind === 'none' ? `there is no vault here: ${instance.withoutVault}` : 'the vault cannot be used',
  );
}

export function withGlpi(
  containers: ContainersFact,
  use: (glpi: DescribedContainer, description: PlatformDescription) => Answer,
): Answer {
  if (containers.kind === 'unseen') return skipped(containers.why);
  const { glpi } = containers.description;
  return glpi === null ? skipped("GLPI's container was not found") : use(glpi, containers.description);
}
