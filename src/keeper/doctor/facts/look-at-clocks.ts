import { newestFirst } from '../../../core/history.ts';
import { CONNECT_TIMEOUT, chooseDatabase } from '../../choose-database.ts';
import type { DoctorOrder } from '../doctor-order.ts';
import type { ContainersFact } from './look-at-containers.ts';
import type { InstanceFact } from './look-at-instance.ts';
import type { NetworkFact } from './look-at-network.ts';

/** The clocks of others beside the one here. */
export interface ClockFact {
  /** How far the clock here is ahead of each (negative: behind), in ms; those that do not tell are left out. */
  readonly ahead: readonly { readonly of: string; readonly by: number }[];
}

export interface ClockSources {
  readonly instance: InstanceFact;
  readonly containers: ContainersFact | null;
  readonly network: NetworkFact | null;
}

/** Asks the database for its time, and puts beside it what the engine and GLPI Network said. Reads only. */
export async function lookAtClocks(
  order: DoctorOrder,
  { instance, containers, network }: ClockSources,
  signal: AbortSignal,
): Promise<ClockFact> {
  const ahead: { of: string; by: number }[] = [];
  const database = await databaseClock(order, instance, signal);
  if (database !== null) ahead.push({ of: 'the database', by: order.now().getTime() - database });
  const engine = containers?.kind === 'described' ? containers.description.clockAhead : null;
  if (engine !== null) ahead.push({ of: 'the engine', by: engine });
  if (network?.kind === 'reachable') ahead.push({ of: 'GLPI Network', by: network.clockSkew ?? 0 });
  return { ahead };
}

async function databaseClock(
  { settings }: DoctorOrder,
  { result }: InstanceFact,
  signal: AbortSignal,
): Promise<number | null> {
  const { observation } = result.after.pass;
  if (observation.database.kind !== 'answers') return null;
  const choice = chooseDatabase(settings, observation.files, newestFirst(observation.vault));
  if (choice.kind !== 'target') return null;
  const { openDatabase } = await import('../../../glpi/database/open-database.ts');
  const opened = await openDatabase(choice.target, { connectTimeout: CONNECT_TIMEOUT, signal });
  if (opened.kind !== 'open') return null;
  await using database = opened.database;
  const time = await database.readClock();
  return Number.isNaN(time) ? null : time;
}
