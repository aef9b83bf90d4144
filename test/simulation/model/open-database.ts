import type { OpenOutcome } from '../../../src/glpi/database/database.ts';
import type { DatabaseTarget } from '../../../src/glpi/database/target.ts';
import { theMachine } from '../machine/machine.ts';

/** Stands for the module of this name in the product: opens the simulated database. */
export async function openDatabase(target: DatabaseTarget): Promise<OpenOutcome> {
  const { database, clock } = theMachine();
  const session = database?.open();
  await clock.wait(1);
  if (session === undefined || database?.up !== true || !target.hosts.includes('db')) {
    return { kind: 'unreachable', reason: 'refused', message: 'the database refuses connections', try: 'start it' };
  }
  return { kind: 'open', database: session };
}
