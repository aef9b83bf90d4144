import { setImmediate as nextTurn } from 'node:timers/promises';
import type { WantedRotation } from '../core/plan-rotation.ts';
import type { Database, ValueChange } from '../glpi/database/database.ts';
import { KeyRing } from '../glpi/key-ring.ts';
import { ValueCipher } from '../glpi/sealed-value.ts';
import type { ApplyContext } from './apply.ts';
import { referenceKey } from './merge-escrow.ts';

/** Values that are sealed at once: the lease is renewed in between. */
const TURN = 500;

/**
 * Every value that any known key opens, sealed under the new one. What a value holds is not judged here: one that GLPI
 * emptied or garbled is moved as it is, so that `rescue` still finds it. One that nothing opens stays.
 */
export async function movesTo(
  database: Database,
  { pass }: Pick<ApplyContext, 'pass'>,
  { to, key }: WantedRotation,
): Promise<ValueChange[]> {
  const { values } = await database.readValues('full', pass.observation.records.places);
  const ring = new KeyRing(new Map([...pass.keyring.keys, [to, key.reveal()]]));
  const cipher = new ValueCipher(key.reveal());
  const changes: ValueChange[] = [];
  for (const [index, { reference, value }] of values.entries()) {
    if (index % TURN === TURN - 1) await nextTurn();
    const opened = ring.open(value);
    if (opened === null || opened.fingerprint === to) continue;
    changes.push({ reference, from: value, to: cipher.seal(opened.plaintext) });
  }
  return changes;
}

/** The changes that take back those of {@link movesTo}, where the row still holds what was written. */
export async function movesBack(
  database: Database,
  { pass }: Pick<ApplyContext, 'pass'>,
  changes: readonly ValueChange[],
): Promise<ValueChange[]> {
  const { values } = await database.readValues('full', pass.observation.records.places);
  const standing = new Map(values.map((each) => [referenceKey(each.reference), each.value]));
  return changes
    .filter(({ reference, to }) => standing.get(referenceKey(reference)) === to)
    .map(({ reference, from, to }) => ({ reference, from: to, to: from }));
}
